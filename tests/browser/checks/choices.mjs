// The choice of metric, models and theme, and a link that keeps it.
import { pictures, settle } from '../browser.mjs';

const hash = (page) => page.evaluate(() => location.hash);
const metricsOf = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('.metric[data-metric]')].map(({ dataset }) => dataset.metric))]);
const shownMetrics = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('#scores .metric[data-metric]')]
  .filter((block) => block.checkVisibility()).map(({ dataset }) => dataset.metric))]);
const modelsOf = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('main [data-model]')].map(({ dataset }) => dataset.model))]);
const shownModels = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('main [data-model]')]
  .filter((element) => element.checkVisibility()).map(({ dataset }) => dataset.model))]);
const metricBox = (page) => page.locator('.controls label', { hasText: /^Metric/ }).locator('select');
const themeBox = (page) => page.locator('.controls label', { hasText: /^Theme/ }).locator('select');

async function metric(subject, expect) {
  const page = await subject.open();
  const metrics = await metricsOf(page);
  expect(metrics.length > 0, 'no metric has a block');
  expect(await page.locator('.controls').isVisible(), 'the choices are not shown');
  if (metrics.length < 2) return expect(await metricBox(page).count() === 0, 'one metric alone can be chosen');
  expect((await shownMetrics(page)).join() === metrics[0], `at first ${await shownMetrics(page)} is shown and not ${metrics[0]}`);
  const options = await metricBox(page).locator('option').allInnerTexts();
  expect(options.join() === metrics.join(), `the choice offers ${options}`);
  await metricBox(page).selectOption(metrics[1]);
  await settle(page);
  expect((await shownMetrics(page)).join() === metrics[1], `${await shownMetrics(page)} is shown when ${metrics[1]} is chosen`);
  expect(new URLSearchParams((await hash(page)).slice(1)).get('metric') === metrics[1], `the address is ${await hash(page)}`);
  const anchor = await page.evaluate((name) => [...document.querySelectorAll('.metric')].find(({ dataset }) => dataset.metric === name).id, metrics[0]);
  await page.evaluate((id) => { location.hash = id; }, anchor);
  await settle(page);
  expect((await shownMetrics(page)).join() === metrics[0], `the link #${anchor} does not show ${metrics[0]}`);
}

async function models(subject, expect) {
  const page = await subject.open();
  const every = await modelsOf(page);
  const boxes = page.locator('.models input[type=checkbox]');
  if (every.length < 2) return expect(await boxes.count() === 0, 'one model alone can be chosen');
  expect(await boxes.count() === every.length, `${await boxes.count()} models can be chosen of ${every.length}`);
  const before = (await shownModels(page)).length;
  await boxes.last().uncheck();
  await settle(page);
  const left = await shownModels(page);
  expect(left.length === before - 1, `${left} are shown when the last model is unchecked`);
  expect((await hash(page)).includes('models='), `the address is ${await hash(page)}`);
  await page.reload();
  await settle(page);
  expect((await shownModels(page)).join() === left.join(), 'models that were hidden are shown when the page is loaded again');
  for (let i = 0; i < every.length; i += 1) if (await boxes.nth(i).isChecked()) await boxes.nth(i).press('Space');
  await settle(page);
  expect((await shownModels(page)).length > 0, 'every model can be hidden');
}

const colours = (page) => page.evaluate(() => {
  const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
  const style = getComputedStyle(document.documentElement);
  const mark = document.querySelector('main svg [class*="c1"]');
  return { ground: light(style.backgroundColor), ink: light(style.color), mark: mark && `${getComputedStyle(mark).stroke} ${getComputedStyle(mark).fill}` };
});

async function theme(subject, expect) {
  const page = await subject.open();
  const light = await colours(page);
  expect(light.ground > 0.9 && light.ink < 0.3, 'the light theme is not light');
  await themeBox(page).selectOption('dark');
  await settle(page);
  const dark = await colours(page);
  expect(dark.ground < 0.2 && dark.ink > 0.7, 'the switch does not make it dark');
  expect(dark.mark !== light.mark, 'the pictures keep the light theme\'s colours');
  expect((await hash(page)).includes('theme=dark'), `the address is ${await hash(page)}`);
  await themeBox(page).selectOption('auto');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect((await colours(page)).ground < 0.2, 'a dark system does not make it dark');
  await themeBox(page).selectOption('light');
  expect((await colours(page)).ground > 0.9, 'the switch does not make it light on a dark system');
  const still = await subject.open({ scheme: 'dark', js: false });
  const background = await still.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(background !== 'rgb(255, 255, 255)', 'without the script a dark system does not make it dark');
}

async function link(subject, expect) {
  const page = await subject.open();
  const metrics = await metricsOf(page);
  const layer = (await pictures(page)).flatMap(({ layers }) => layers).find(({ visible }) => visible);
  if (metrics.length > 1) await metricBox(page).selectOption(metrics[1]);
  await themeBox(page).selectOption('dark');
  if (layer) await page.locator('.controls input[type=number]').fill(String(layer.splits[0]));
  else expect(false, 'no picture has marks of splits');
  await settle(page);
  const before = await hash(page);
  await page.locator('nav a').last().click();
  await settle(page);
  const section = (await page.locator('nav a').last().getAttribute('href')).slice(1);
  const inSight = (id) => page.evaluate((name) => {
    const { top, bottom } = document.getElementById(name).getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  }, id);
  expect(await inSight(section), `the link to #${section} does not go there`);
  expect((await hash(page)).startsWith(before), `the address loses the choice by a link to a section: ${await hash(page)}`);
  await page.reload();
  await settle(page);
  expect(await inSight(section), `#${section} is not in sight when the page is loaded again`);
  expect(await page.evaluate(() => document.documentElement.dataset.theme) === 'dark', 'the theme is lost');
  if (metrics.length > 1) expect((await shownMetrics(page)).join() === metrics[1], 'the metric is lost');
  if (layer) {
    expect(await page.locator('.controls input[type=number]').inputValue() === String(layer.splits[0]), 'the split is lost');
    expect(await page.locator('.pick').count() > 0, 'the split is not marked');
  }
  const odd = await subject.open({ hash: '#split=%3Cimg%20src=x%3E&model=zzz&metric=%22&theme=x&models=&at=%00' });
  await settle(odd);
  expect((await shownMetrics(odd)).join() === (metrics.length ? metrics[0] : ''), 'a link with nonsense breaks the page');
  expect((await shownModels(odd)).length > 0 || (await modelsOf(odd)).length === 0, 'a link with nonsense hides every model');
}

export const checks = [
  ['shows one metric at a time', metric],
  ['shows the chosen models', models],
  ['is light and dark', theme],
  ['keeps the choice in its address', link],
];
