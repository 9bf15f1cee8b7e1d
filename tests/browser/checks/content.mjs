// What the page holds, and that it can be read without scripts, without styles and on paper.
import { pictures } from '../browser.mjs';

const NEEDED = ['answer', 'scores', 'data'];

async function sections(subject, expect) {
  const page = await subject.open();
  const found = await page.evaluate(() => ({
    kind: document.body.dataset.kind,
    title: document.title,
    linked: [...document.querySelectorAll('nav a')].map((link) => link.getAttribute('href')),
    ids: [...document.querySelectorAll('main > section')].map((section) => section.id),
    empty: [...document.querySelectorAll('main > section')].filter((section) => !section.querySelector('h2')?.textContent.trim()
      || section.innerText.trim().length < 20).map((section) => section.id),
    repeated: [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, i, ids) => ids.indexOf(id) !== i),
  }));
  expect(['regression', 'classification'].includes(found.kind), `body has data-kind="${found.kind}"`);
  expect(found.title.trim() !== '', 'the page has no title');
  for (const id of NEEDED) expect(found.ids.includes(id), `there is no section #${id}`);
  for (const id of found.ids) expect(found.linked.includes(`#${id}`), `section #${id} is not in the list of sections`);
  for (const href of found.linked) expect(found.ids.includes(href.slice(1)), `the list of sections names ${href}, which is not there`);
  expect(found.empty.length === 0, `sections without heading or text: ${found.empty}`);
  expect(found.repeated.length === 0, `ids that occur twice: ${found.repeated.slice(0, 5)}`);
}

async function figures(subject, expect) {
  const page = await subject.open();
  const found = await page.evaluate(() => [...document.querySelectorAll('main svg')].map((svg, i) => {
    const figure = svg.closest('figure');
    const labels = (svg.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean).map((id) => document.getElementById(id));
    const box = svg.viewBox.baseVal;
    const outside = [...svg.querySelectorAll('text')].filter((text) => text.checkVisibility()).filter((text) => {
      const { x, y, width, height } = text.getBBox();
      return !text.closest('[transform]') && (x < -1 || y < -1 || x + width > box.width + 1 || y + height > box.height + 1);
    }).map((text) => text.textContent);
    return {
      name: figure?.id || `svg ${i}`,
      caption: figure?.querySelector('figcaption')?.textContent.trim() || '',
      labelled: labels.length > 0 && labels.every((label) => label && label.textContent.trim() !== ''),
      marks: svg.querySelectorAll('path, rect, circle, line').length,
      broken: /NaN|undefined|Infinity|inf/.test([...svg.querySelectorAll('*')].flatMap((element) => [...element.attributes])
        .filter(({ name }) => !/^(class|id|aria|data-)/.test(name)).map(({ value }) => value).join(' ')),
      outside,
    };
  }));
  expect(found.length >= 2, `the page has ${found.length} pictures`);
  for (const { name, caption, labelled, marks, broken, outside } of found) {
    expect(caption !== '', `${name} has no caption`);
    expect(labelled, `${name} has no title and description`);
    expect(marks > 0, `${name} is empty`);
    expect(!broken, `${name} has a mark that is not a number`);
    expect(outside.length === 0, `${name} has text outside of its picture: ${outside.slice(0, 3).join(' / ')}`);
  }
}

async function closed(subject, expect) {
  const page = await subject.open();
  const found = await page.evaluate(() => ({
    scripts: document.scripts.length,
    script: document.scripts[0]?.textContent.length || 0,
    policy: document.querySelector('meta[http-equiv=Content-Security-Policy]')?.content || '',
    foreign: [...document.querySelectorAll('link, iframe, object, embed, script[src], img, image, base, form, [style]')].map((element) => element.tagName),
    handlers: [...document.querySelectorAll('*')].filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on'))).length,
  }));
  expect(found.scripts === 1, `the page has ${found.scripts} scripts`);
  expect(found.script > 0 && found.script <= 25000, `the script has ${found.script} characters, and 25,000 are allowed`);
  expect(/default-src 'none'/.test(found.policy), 'the content policy does not begin with default-src none');
  expect(!/unsafe/.test(found.policy), 'the content policy allows unsafe parts');
  expect(found.foreign.length === 0, `elements that could load something: ${[...new Set(found.foreign)]}`);
  expect(found.handlers === 0, `${found.handlers} elements have handlers as attributes`);
}

async function withoutScript(subject, expect) {
  const page = await subject.open({ js: false });
  const found = await page.evaluate(() => {
    const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().height > 0;
    return {
      sections: [...document.querySelectorAll('main > section, .metric')].filter((section) => !seen(section)).map((section) => section.id),
      pictures: [...document.querySelectorAll('main svg')].filter((svg) => !svg.closest('details:not([open])') && !seen(svg)).length,
      dead: [...document.querySelectorAll('button, input, select, textarea, .controls, [tabindex], [role=status]')].filter(seen)
        .filter((element) => !element.classList.contains('scroll')).map((element) => element.outerHTML.slice(0, 80)),
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });
  expect(found.sections.length === 0, `not shown: ${found.sections}`);
  expect(found.pictures === 0, `${found.pictures} pictures are not shown`);
  expect(found.dead.length === 0, `shown though it does nothing: ${found.dead.slice(0, 3)}`);
  expect(found.wide <= 0, 'the page scrolls sideways');
  expect((await pictures(page)).length > 0, 'there are no pictures');
}

async function withoutStyle(subject, expect) {
  const page = await subject.open({ styles: false });
  const found = await page.evaluate(() => ({
    style: document.querySelectorAll('style').length,
    unpainted: [...document.querySelectorAll('main svg')].map((svg) => [svg.closest('figure')?.id, [...svg.querySelectorAll('path, rect, circle, line, polyline')]
      .filter((shape) => !shape.closest('[fill], [stroke]') && !shape.closest('defs, clipPath')).length]).filter(([, count]) => count > 0),
    sizes: [...document.querySelectorAll('main svg')].filter((svg) => svg.checkVisibility())
      .filter((svg) => Math.abs(svg.getBoundingClientRect().width - Number(svg.getAttribute('width'))) > 1).map((svg) => svg.closest('figure')?.id),
    tip: document.querySelector('.tip')?.checkVisibility() || false,
  }));
  expect(found.style === 0, 'the style was not taken away');
  expect(found.unpainted.length === 0, `shapes without a colour of their own: ${found.unpainted.slice(0, 4).map((pair) => pair.join(' '))}`);
  expect(found.sizes.length === 0, `pictures without a size of their own: ${found.sizes}`);
  expect(!found.tip, 'the tooltip is shown');
}

async function onPaper(subject, expect) {
  const page = await subject.open({ hash: '#theme=dark' });
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.emulateMedia({ media: 'print' });
  const found = await page.evaluate(() => ({
    background: getComputedStyle(document.documentElement).backgroundColor,
    dead: [...document.querySelectorAll('nav, .controls, .tools, .tip, .skip, button, input, select')].filter((element) => element.checkVisibility()
      && !element.classList.contains('sort')).length,
    pictures: [...document.querySelectorAll('main svg')].filter((svg) => svg.checkVisibility()).length,
    cut: [...document.querySelectorAll('figure')].filter((figure) => getComputedStyle(figure).breakInside !== 'avoid').length,
  }));
  expect(found.background === 'rgb(255, 255, 255)', `the paper is ${found.background}`);
  expect(found.dead === 0, `${found.dead} controls are printed`);
  expect(found.pictures > 0, 'no picture is printed');
  expect(found.cut === 0, `${found.cut} figures may be cut by the end of a sheet`);
  const pdf = await page.pdf({ format: 'A4' });
  const sheets = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) || []).length;
  expect(pdf.length > 5000 && sheets > 0, `the PDF has ${pdf.length} bytes and ${sheets} pages`);
}

export const checks = [
  ['has every section, and a list of them', sections],
  ['has a title, a caption and marks for every picture', figures],
  ['loads nothing and is closed to scripts of others', closed],
  ['shows all without its script', withoutScript],
  ['is readable without its style', withoutStyle],
  ['prints', onPaper],
];
