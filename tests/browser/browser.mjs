// Opens a page in a real browser, refuses every request but the one for the file itself, and keeps what went wrong meanwhile.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

export class Subject {
  constructor(browser, file) {
    this.browser = browser;
    this.file = file;
    this.url = pathToFileURL(file).href;
    this.html = readFileSync(file, 'utf8');
    this.requests = new Set();
    this.faults = new Set();
    this.contexts = [];
  }

  // width, scheme: of the screen. js: false switches scripts off. styles: false takes the style away. touch: a phone.
  async open({ width = 1280, height = 900, scheme = 'light', js = true, styles = true, touch = false, hash = '' } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      javaScriptEnabled: js,
      hasTouch: touch,
      isMobile: touch,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    this.contexts.push(context);
    await context.route('**/*', (route) => {
      const address = route.request().url().split('#')[0];
      if (address !== this.url) {
        this.requests.add(address.slice(0, 200));
        return route.abort();
      }
      if (styles) return route.continue();
      const body = this.html.replace(/<style>[^]*?<\/style>/g, '');
      return route.fulfill({ body, contentType: 'text/html; charset=utf-8' });
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.faults.add(`console: ${message.text()}`.slice(0, 300));
    });
    page.on('pageerror', (error) => this.faults.add(`exception: ${error.message}`.slice(0, 300)));
    await page.goto(this.url + hash);
    return page;
  }

  async close() {
    for (const context of this.contexts.splice(0)) await context.close();
  }
}

// Waits as the page itself does, so that a slow machine waits longer: what was begun before is done, the address included.
export const settle = (page) => page.evaluate(() => new Promise((done) => {
  setTimeout(() => requestAnimationFrame(() => setTimeout(done, 0)), 200);
}));

// What the page holds, read without its script: every picture with its marks, in pixels of the screen.
export function pictures(page) {
  return page.evaluate(() => [...document.querySelectorAll('main svg')].map((svg, index) => ({
    index,
    id: svg.closest('figure')?.id || `svg ${index}`,
    visible: svg.checkVisibility() && svg.getClientRects().length > 0,
    layers: [...svg.querySelectorAll('path[data-splits]')].map((path) => {
      const splits = path.dataset.splits.split(',').flatMap((part) => {
        const [low, high = low] = part.split('-').map(Number);
        return Array.from({ length: high - low + 1 }, (_, i) => low + i);
      });
      const matrix = path.getScreenCTM();
      const starts = path.getAttribute('d').split('M').slice(1).map((mark) => {
        const [x, y] = mark.match(/-?\d*\.?\d+/g).map(Number);
        const length = /^[^a-z]*v(-?[\d.]+)/.exec(mark);
        return new DOMPoint(x, y + (length ? Number(length[1]) / 2 : 0)).matrixTransform(matrix);
      });
      return {
        model: path.dataset.model ?? null,
        rug: path.classList.contains('rug'),
        visible: path.checkVisibility(),
        splits,
        marks: starts.map(({ x, y }) => ({ x, y })),
      };
    }),
  })));
}

// The mark of a picture that is farthest from its neighbours: pointing at it leaves no doubt which is meant.
export function loneliest(layers) {
  const every = layers.filter(({ visible }) => visible)
    .flatMap((layer) => layer.marks.map((mark, i) => ({ ...mark, split: layer.splits[i], model: layer.model, rug: layer.rug })));
  let best = null;
  for (const mark of every) {
    let gap = Infinity;
    for (const other of every) {
      if (other === mark || other.split === mark.split && other.model === mark.model) continue;
      gap = Math.min(gap, Math.hypot(other.x - mark.x, (mark.rug || other.rug ? 0.08 : 1) * (other.y - mark.y)));
    }
    if (!best || gap > best.gap) best = { ...mark, gap };
  }
  return best;
}
