// One split is followed through every picture.
import { loneliest, pictures, settle } from '../browser.mjs';

// Overlays of every picture, as points of the screen.
const overlays = (page) => page.evaluate(() => [...document.querySelectorAll('main svg')].map((svg) => [...svg.querySelectorAll('.pick .core')]
  .filter((core) => core.checkVisibility()).map((core) => {
    const [x, y] = core.getAttribute('d').match(/-?\d*\.?\d+/g).map(Number);
    const point = new DOMPoint(x, y).matrixTransform(core.getScreenCTM());
    return { x: point.x, y: point.y };
  })));

const tooltip = (page) => page.evaluate(() => {
  const tip = document.querySelector('.tip');
  return tip && tip.checkVisibility() ? tip.innerText : '';
});

const hash = (page) => page.evaluate(() => location.hash);

// A picture with marks, scrolled into sight, and its loneliest mark.
async function target(page) {
  const first = (await pictures(page)).find(({ visible, layers }) => visible && layers.length > 0);
  if (!first) return null;
  await page.evaluate((index) => document.querySelectorAll('main svg')[index].scrollIntoView({ block: 'center' }), first.index);
  const all = await pictures(page);
  const mark = loneliest(all[first.index].layers);
  return { all, index: first.index, id: first.id, mark };
}

function expectMarked(expect, all, drawn, { split, model }) {
  let others = 0;
  for (const picture of all) {
    if (!picture.visible) continue;
    for (const layer of picture.layers) {
      const position = layer.splits.indexOf(split);
      if (position < 0 || !layer.visible || (model !== null && layer.model !== null && layer.model !== model)) continue;
      const { x, y } = layer.marks[position];
      others += 1;
      const near = drawn[picture.index].some((point) => Math.abs(point.x - x) < 1.5 && Math.abs(point.y - y) < (layer.rug ? 12 : 1.5));
      expect(near, `${picture.id} does not mark split ${split} where its mark is`);
    }
    const owner = picture.layers.some((layer) => layer.visible && layer.splits.includes(split)
      && (model === null || layer.model === null || layer.model === model));
    expect(owner || drawn[picture.index].length === 0, `${picture.id} marks split ${split}, which it does not have`);
  }
  return others;
}

async function pointing(subject, expect) {
  const page = await subject.open();
  const all = await pictures(page);
  const ragged = all.filter(({ layers }) => layers.some(({ splits, marks }) => splits.length !== marks.length)).map(({ id }) => id);
  expect(ragged.length === 0, `pictures with another number of marks than of splits: ${ragged}`);
  const aim = await target(page);
  if (!aim) return expect(false, 'no picture has marks of splits');
  const { mark, id } = aim;
  await page.mouse.move(mark.x, mark.y);
  await page.waitForSelector('.pick', { state: 'attached' }).catch(() => expect(false, `pointing at split ${mark.split} in ${id} marks nothing`));
  await settle(page);
  const text = await tooltip(page);
  expect(new RegExp(`\\bsplit ${mark.split}\\b`).test(text), `the tooltip at split ${mark.split} says "${text}"`);
  const marked = expectMarked(expect, aim.all, await overlays(page), mark);
  const having = aim.all.filter(({ visible, layers }) => visible && layers.some((layer) => layer.visible && layer.splits.includes(mark.split))).length;
  if (having > 1) expect(marked > 1, `split ${mark.split} is in ${having} pictures, and one alone marks it`);
  else expect(false, `split ${mark.split} is in ${having} picture alone`);
  const row = await page.evaluate(({ split, model }) => {
    const table = document.querySelector(`#splits table[data-model="${model}"]`);
    const found = table && [...table.tBodies[0].rows].find(({ cells }) => cells[0].textContent.trim() === String(split));
    if (!found) return null;
    return { marked: found.hasAttribute('aria-current'), scores: [...found.cells].slice(1).map((cell) => cell.textContent.trim()).slice(0, 12) };
  }, mark);
  if (row) {
    expect(row.marked, `the row of split ${mark.split} is not marked`);
    for (const score of row.scores) expect(text.includes(score), `the tooltip lacks the score ${score}`);
  }
  await page.mouse.move(2, 2);
  await settle(page);
  expect((await overlays(page)).flat().length === 0, 'marks stay when the pointer has left');
  expect((await tooltip(page)) === '', 'the tooltip stays when the pointer has left');
}

async function pinning(subject, expect) {
  const page = await subject.open();
  const aim = await target(page);
  if (!aim) return expect(false, 'no picture has marks of splits');
  const { mark, all } = aim;
  await page.mouse.click(mark.x, mark.y);
  await page.mouse.move(2, 2);
  await settle(page);
  expectMarked(expect, all, await overlays(page), mark);
  expect((await hash(page)).includes(`split=${mark.split}`), `the address ${await hash(page)} does not keep split ${mark.split}`);
  expect(await page.locator('[role=status]').first().innerText() !== '', 'the choice is not told to those who cannot see it');
  await page.reload();
  await settle(page);
  expect((await overlays(page)).flat().length > 0, 'the split is not marked when the page is loaded again');
  await page.keyboard.press('Escape');
  await settle(page);
  expect((await overlays(page)).flat().length === 0, 'Escape does not let go');
  expect(!(await hash(page)).includes('split='), 'the address keeps a split that was let go');
}

async function tapping(subject, expect) {
  const page = await subject.open({ width: 380, height: 760, touch: true });
  const aim = await target(page);
  if (!aim) return expect(false, 'no picture has marks of splits');
  const { layers } = aim.all[aim.index];
  const inSight = layers.map((layer) => {
    const kept = layer.marks.map((mark, i) => [mark, layer.splits[i]]).filter(([{ x }]) => x > 0 && x < 380);
    return { ...layer, marks: kept.map(([mark]) => mark), splits: kept.map(([, split]) => split) };
  });
  const mark = loneliest(inSight);
  await page.touchscreen.tap(mark.x, mark.y);
  await settle(page);
  const text = await tooltip(page);
  expect(new RegExp(`\\bsplit ${mark.split}\\b`).test(text), `a tap at split ${mark.split} shows "${text}"`);
  const box = await page.evaluate(() => document.querySelector('.tip')?.getBoundingClientRect().toJSON());
  expect(box && box.left >= 0 && box.right <= 380, 'the tooltip is not wholly on the screen');
}

async function arrowKeys(subject, expect) {
  const page = await subject.open();
  const aim = await target(page);
  if (!aim) return expect(false, 'no picture has marks of splits');
  const focused = await page.evaluate((index) => {
    const svg = document.querySelectorAll('main svg')[index];
    svg.focus();
    return document.activeElement === svg;
  }, aim.index);
  expect(focused, 'a picture with marks cannot be focused');
  const splits = [];
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End']) {
    await page.keyboard.press(key);
    await settle(page);
    splits.push(/split (\d+)/.exec(await tooltip(page))?.[1]);
  }
  expect(splits.every(Boolean), `arrow keys choose ${splits}`);
  expect(splits[0] !== splits[1] && splits[0] === splits[2] && splits[3] !== splits[2], `right, right, left, end choose ${splits}`);
  expect((await overlays(page)).flat().length > 0, 'arrow keys mark nothing');
  await page.keyboard.press('Escape');
  expect((await overlays(page)).flat().length === 0, 'Escape does not let go');
}

async function byNumber(subject, expect) {
  const page = await subject.open();
  const layer = (await pictures(page)).filter(({ visible }) => visible).flatMap(({ layers }) => layers)[0];
  if (!layer) return expect(false, 'no picture has marks of splits');
  const split = layer.splits[Math.floor(layer.splits.length / 2)];
  await page.locator('.controls input[type=number]').fill(String(split));
  await settle(page);
  expect((await overlays(page)).flat().length > 0, `typing split ${split} marks nothing`);
  expect((await page.locator('.controls [role=status]').innerText()).includes(`split ${split}`), 'the chosen split is not named');
}

export const checks = [
  ['marks the split that is pointed at in every picture', pointing],
  ['keeps a split that is clicked, and lets go', pinning],
  ['marks the split that is tapped', tapping],
  ['marks splits by arrow keys', arrowKeys],
  ['marks the split whose number is typed', byNumber],
];
