// Checks report pages in a real browser: node run.mjs PAGES SCREENSHOTS
//
// PAGES is a folder of HTML files that randsplit made; pictures of each page go to SCREENSHOTS. The last line says how many
// checks passed and failed; the exit code is 1 if any failed. CHROMIUM names the browser if it is not /usr/bin/chromium.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Subject, launch } from './browser.mjs';
import { checkPalette } from './palette.mjs';
import { checks as access } from './checks/access.mjs';
import { checks as choices } from './checks/choices.mjs';
import { checks as content } from './checks/content.mjs';
import { checks as marking } from './checks/marking.mjs';
import { checks as tables } from './checks/tables.mjs';

const CHECKS = [...content, ...marking, ...tables, ...choices, ...access];
const SHOTS = [
  { name: '1280', width: 1280, scheme: 'light' },
  { name: '380', width: 380, scheme: 'light' },
  { name: '1280-dark', width: 1280, scheme: 'dark' },
];

let passed = 0;
const failures = [];

function tell(where, found) {
  if (found.length === 0) {
    passed += 1;
    return;
  }
  failures.push(where);
  console.log(`FAILED ${where}`);
  for (const message of [...new Set(found)].slice(0, 12)) console.log(`  ${message}`);
}

// Chromium draws no picture higher than some 16,000 pixels: a longer page becomes several.
async function photograph(page, width, path) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const high = 12000;
  for (let top = 0, part = 1; top < height; top += high, part += 1) {
    const clip = { x: 0, y: top, width, height: Math.min(high, height - top) };
    await page.screenshot({ path: `${path}${part > 1 ? `-${part}` : ''}.png`, fullPage: true, clip });
  }
}

// What a check of a page finds wrong.
async function findings(subject, check) {
  const found = [];
  try {
    await check(subject, (holds, message) => {
      if (!holds) found.push(message);
    });
  } catch (error) {
    found.push(error.message.split('\n').slice(0, 3).join(' '));
  }
  await subject.close();
  return found;
}

async function checkPage(browser, file, shots) {
  const name = basename(file, '.html');
  const subject = new Subject(browser, file);
  for (const [title, check] of CHECKS) {
    let found = await findings(subject, check);
    if (found.length > 0) {
      // A browser on a busy machine may be late; what is wrong is wrong twice.
      console.log(`again: ${name}: ${title}`);
      found = await findings(subject, check);
    }
    tell(`${name}: ${title}`, found);
  }
  for (const shot of SHOTS) {
    const found = [];
    try {
      await photograph(await subject.open(shot), shot.width, join(shots, `${name}-${shot.name}`));
    } catch (error) {
      found.push(error.message.split('\n')[0]);
    }
    await subject.close();
    tell(`${name}: can be photographed at ${shot.name}`, found);
  }
  tell(`${name}: asks for nothing outside of itself`, [...subject.requests]);
  tell(`${name}: causes no error and breaks no content policy`, [...subject.faults]);
}

const [pages, shots] = process.argv.slice(2);
if (!pages || !shots) {
  console.error('usage: node run.mjs PAGES SCREENSHOTS');
  process.exit(2);
}
const files = readdirSync(pages).filter((file) => file.endsWith('.html')).sort().map((file) => resolve(pages, file));
if (files.length === 0) {
  console.error(`${pages} has no HTML page`);
  process.exit(2);
}
mkdirSync(shots, { recursive: true });
const css = fileURLToPath(new URL('../../src/render/html/page.css', import.meta.url));
tell('page.css: its colours can be told apart', checkPalette(readFileSync(css, 'utf8')));
const browser = await launch();
for (const file of files) await checkPage(browser, file, shots);
await browser.close();
if (failures.length) console.log(`\n${failures.join('\n')}\n`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length ? 1 : 0;
