// Keyboard, screen readers and phones.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { settle } from '../browser.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function keyboard(subject, expect) {
  const page = await subject.open();
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => {
    const { left, top } = document.activeElement.getBoundingClientRect();
    const target = document.querySelector(document.activeElement.getAttribute('href'));
    return { over: target !== null && target.closest('main') !== null, seen: left >= 0 && top >= 0 };
  });
  expect(skip.over && skip.seen, 'the first stop is not a visible link to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement.closest('main') !== null), 'the link to the content does not go there');
  await page.goto('about:blank');
  await page.goto(subject.url);
  const kinds = new Set();
  let unseen = '';
  for (let stop = 0; stop < 80; stop += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        kind: element.tagName.toLowerCase(),
        name: element.outerHTML.slice(0, 90),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
      };
    });
    if (!found) break;
    kinds.add(found.kind);
    if (!found.ring || !found.seen) unseen = unseen || found.name;
  }
  expect(unseen === '', `the focus cannot be seen on ${unseen}`);
  for (const kind of ['a', 'select', 'summary', 'svg']) expect(kinds.has(kind), `no <${kind}> is reached by Tab`);
  const untouched = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, summary, svg.live')]
    .filter((element) => element.checkVisibility() && element.tabIndex < 0).length);
  expect(untouched === 0, `${untouched} controls cannot be reached by keyboard`);
}

async function axe(subject, expect) {
  for (const scheme of ['light', 'dark']) {
    for (const width of [1280, 380]) {
      const page = await subject.open({ scheme, width });
      await page.evaluate(() => {
        // Rows of one table are alike, and a thousand of them take a minute.
        for (const row of document.querySelectorAll('tbody tr:nth-child(n+21)')) row.remove();
        for (const details of [...document.querySelectorAll('details')].slice(0, 3)) details.open = true;
      });
      const split = page.locator('.controls input[type=number]');
      if (await split.count()) await split.fill('0');
      await settle(page);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      for (const { id, help, nodes } of violations) {
        expect(false, `${scheme}, ${width} px: ${id} (${help}) at ${nodes.length} places, first ${nodes[0].html.slice(0, 160)}`);
      }
    }
  }
}

// Letters below this height cannot be read on a phone.
const SMALLEST = 7.9;

async function phone(subject, expect) {
  for (const width of [380, 320]) {
    const page = await subject.open({ width, height: 760, touch: true });
    const found = await page.evaluate((smallest) => {
      const wide = document.documentElement.clientWidth;
      return {
        over: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - wide,
        culprits: [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > wide + 1
          && element.checkVisibility() && !element.closest('.scroll, .picture, pre, svg')).map((element) => element.outerHTML.slice(0, 80)),
        small: [...document.querySelectorAll('main svg')].filter((svg) => svg.checkVisibility()).map((svg) => [svg.closest('figure')?.id,
          Math.min(...[...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a))])
          .filter(([, size]) => size < smallest),
      };
    }, SMALLEST);
    expect(found.over <= 0, `at ${width} px the page scrolls sideways by ${found.over} px: ${found.culprits.slice(0, 3)}`);
    expect(found.culprits.length === 0, `at ${width} px this is wider than the screen: ${found.culprits.slice(0, 3)}`);
    if (width === 380) {
      expect(found.small.length === 0, `letters are smaller than 8 px at ${width} px: ${found.small.slice(0, 4).map(([id, size]) => `${id} ${size.toFixed(1)}`)}`);
    }
  }
}

export const checks = [
  ['can be used by keyboard alone', keyboard],
  ['has no violation for axe', axe],
  ['fits a phone', phone],
];
