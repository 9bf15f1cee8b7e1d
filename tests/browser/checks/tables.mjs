// Tables sort, filter and copy.
import { settle } from '../browser.mjs';

// A table that is long enough to have tools, best that of all splits.
async function longTable(page, expect) {
  const long = await page.evaluate(() => [...document.querySelectorAll('table.data')]
    .filter((table) => table.checkVisibility() && table.tBodies[0]?.rows.length > 8).map((table) => table.closest('.table') !== null));
  expect(long.length > 0, 'no table has more than 8 rows');
  expect(long.every(Boolean), 'a table of more than 8 rows has no tools');
  if (!long.some(Boolean)) return null;
  const splits = page.locator('#splits .table table');
  return await splits.count() ? splits.first() : page.locator('main .table table').first();
}

const toolsOf = (table) => table.locator('xpath=ancestor::div[@class="table"]');

const column = (table, index) => table.evaluate((element, at) => [...element.tBodies[0].rows].filter((row) => row.checkVisibility())
  .map((row) => row.cells[at].textContent.trim()), index);

const number = (text) => Number(text.replace('\u2212', '-').replace(/,/g, '').replace(/\s*%$/, ''));

// Numbers that are out of order as text, and what is none, which comes last.
const HARD = ['10', '9', '-5', '\u22127.5', '2e-3', 'n/a'];

async function sorting(subject, expect) {
  const page = await subject.open();
  const table = await longTable(page, expect);
  if (!table) return;
  const heads = table.locator('thead th');
  const count = await heads.count();
  let tried = 0;
  for (let at = 0; at < count; at += 1) {
    const before = await column(table, at);
    const numeric = before.every((text) => Number.isFinite(number(text)));
    if (!numeric) continue;
    const button = heads.nth(at).locator('button');
    await button.click();
    const up = await column(table, at);
    expect(await heads.nth(at).getAttribute('aria-sort') === 'ascending', `column ${at} is not said to be sorted`);
    expect(up.every((text, i) => i === 0 || number(up[i - 1]) <= number(text)), `column ${at} is not ascending`);
    await button.press('Enter');
    const down = await column(table, at);
    expect(await heads.nth(at).getAttribute('aria-sort') === 'descending', `column ${at} is not said to descend`);
    expect(down.every((text, i) => i === 0 || number(down[i - 1]) >= number(text)), `column ${at} is not descending`);
    await button.click();
    expect((await column(table, at)).join() === before.join(), `column ${at} does not come back to its first order`);
    tried += 1;
  }
  expect(tried > 0, 'no column of numbers could be sorted');
  await table.evaluate((element, hard) => hard.forEach((text, i) => {
    const cell = element.tBodies[0].rows[i].cells[element.rows[0].cells.length - 1];
    cell.textContent = text;
    delete cell.dataset.v;
  }), HARD);
  for (const direction of [1, -1]) {
    await heads.last().locator('button').click();
    const sorted = (await column(table, count - 1)).filter((text) => HARD.includes(text));
    const wanted = HARD.slice(0, -1).sort((a, b) => direction * (number(a) - number(b)));
    expect(sorted.join(' ') === [...wanted, HARD.at(-1)].join(' '), `${HARD.join(' ')} are sorted as ${sorted.join(' ')}`);
  }
}

async function filtering(subject, expect) {
  const page = await subject.open();
  const table = await longTable(page, expect);
  if (!table) return;
  const whole = toolsOf(table);
  const before = await column(table, 0);
  const word = before[Math.floor(before.length / 2)];
  const search = whole.locator('input[type=search]');
  await search.fill(word);
  await settle(page);
  const rows = await table.evaluate((element) => [...element.tBodies[0].rows].filter((row) => row.checkVisibility()).map((row) => row.innerText.toLowerCase()));
  expect(rows.length > 0 && rows.length < before.length, `the filter "${word}" leaves ${rows.length} of ${before.length} rows`);
  expect(rows.every((text) => text.includes(word.toLowerCase())), `a row without "${word}" is left`);
  expect((await whole.innerText()).includes(`${rows.length} of ${before.length}`), 'the number of rows left is not said');
  await search.fill('');
  await settle(page);
  expect((await column(table, 0)).length === before.length, 'rows stay away when the filter is emptied');
}

// RFC 4180.
function parse(text) {
  const rows = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (quoted && letter === '"' && text[i + 1] === '"') {
      field += '"';
      i += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === ',' || letter === '\n')) {
      rows.at(-1).push(field.replace(/\r$/, ''));
      field = '';
      if (letter === '\n') rows.push([]);
    } else field += letter;
  }
  return rows.slice(0, -1);
}

const ODD = ['=1+1', '+cmd|x', '-a', '@sum', '-5', '\u22120.25', 'a "b", c', 'line\nbreak'];
const SAFE = ["'=1+1", "'+cmd|x", "'-a", "'@sum", '-5', '-0.25', 'a "b", c', 'line\nbreak'];

async function copying(subject, expect) {
  const page = await subject.open();
  const table = await longTable(page, expect);
  if (!table) return;
  const whole = toolsOf(table);
  await table.evaluate((element, odd) => odd.forEach((text, i) => {
    const cell = element.tBodies[0].rows[i].cells[1];
    cell.textContent = text;
    delete cell.dataset.v;
  }), ODD);
  const wanted = await table.evaluate((element) => [...element.rows].map((row) => [...row.cells].map((cell) => (cell.dataset.v ?? cell.textContent).trim())));
  await whole.locator('button.copy').click();
  await settle(page);
  const rows = parse(await page.evaluate(() => navigator.clipboard.readText()).then((text) => text.replace(/\r\n/g, '\n')));
  expect(rows.length === wanted.length, `${rows.length} rows are copied of ${wanted.length}`);
  expect(rows.every((row) => row.length === wanted[0].length), 'a copied row has another number of fields');
  expect(rows[0]?.join('|') === wanted[0].join('|'), `the head is copied as ${rows[0]}`);
  ODD.forEach((text, i) => expect(rows[i + 1]?.[1] === SAFE[i], `${JSON.stringify(text)} is copied as ${JSON.stringify(rows[i + 1]?.[1])}`));
  expect(rows.at(-1)?.[0] === wanted.at(-1)[0], 'the last row is not copied');
}

async function copyingRefused(subject, expect) {
  const page = await subject.open();
  const table = await longTable(page, expect);
  if (!table) return;
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('refused')) } });
  });
  const whole = toolsOf(table);
  await whole.locator('button.copy').click();
  const area = whole.locator('textarea');
  await area.waitFor().catch(() => expect(false, 'nothing is offered when the clipboard is refused'));
  if (!await area.count()) return;
  const found = await area.evaluate((element) => ({
    rows: element.value.split('\n').length,
    selected: element.selectionEnd - element.selectionStart === element.value.length,
    focused: document.activeElement === element,
  }));
  expect(found.rows > 8 && found.selected && found.focused, `the text to copy is not selected: ${JSON.stringify(found)}`);
  await area.press('Escape');
  expect(await area.count() === 0, 'Escape does not close the text to copy');
}

async function numbersOfFigures(subject, expect) {
  const page = await subject.open();
  const summaries = page.locator('figure details.numbers > summary');
  const count = await summaries.count();
  expect(count > 0, 'no picture has its numbers as a table');
  const lacking = await page.evaluate(() => [...document.querySelectorAll('figure')].filter((figure) => !figure.querySelector('details.numbers table'))
    .map(({ id }) => id));
  expect(lacking.length === 0, `pictures without their numbers: ${lacking}`);
  for (let i = 0; i < count; i += 1) {
    if (!await summaries.nth(i).isVisible()) continue;
    await summaries.nth(i).press('Enter');
    await settle(page);
    const table = page.locator('figure details.numbers').nth(i).locator('table').first();
    expect(await table.isVisible(), `the numbers of picture ${i} do not open`);
    const rows = await table.evaluate((element) => element.tBodies[0].rows.length);
    expect(rows > 0, `the numbers of picture ${i} are empty`);
    if (rows > 8) expect(await table.evaluate((element) => element.closest('.table') !== null), `the numbers of picture ${i} have no tools`);
  }
}

export const checks = [
  ['sorts tables', sorting],
  ['filters tables', filtering],
  ['copies tables as CSV', copying],
  ['offers the text where the clipboard is refused', copyingRefused],
  ['has every picture\'s numbers as a table', numbersOfFigures],
];
