// Checks the colours of page.css: contrast with the background, and how far apart models' colours are for colour-blind readers.
// node palette.mjs [page.css]
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Machado, Oliveira and Fernandes (2009), severity 1, in linear RGB.
const VISION = {
  'full colour vision': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

// In units of OKLab, where about 0.02 is just noticeable for fields side by side; marks are small and apart.
const APART = 0.08;

const linear = (colour) => [1, 3, 5].map((at) => {
  const value = parseInt(colour.slice(at, at + 2), 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

function contrast(first, second) {
  const [light, dark] = [first, second]
    .map((colour) => linear(colour))
    .map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b)
    .sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function oklab(rgb) {
  const [r, g, b] = rgb.map((value) => Math.min(1, Math.max(0, value)));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const seen = (colour, matrix) => oklab(matrix.map((row) => row.reduce((sum, part, i) => sum + part * linear(colour)[i], 0)));
const distance = (first, second) => Math.hypot(...first.map((value, i) => value - second[i]));

// Every theme of the style: a rule that sets --bg.
export function checkPalette(css) {
  const failures = [];
  const themes = [...css.matchAll(/([^{};/]+)\{([^{}]*--bg:[^{}]*)\}/g)];
  if (themes.length !== 3) failures.push(`page.css sets --bg in ${themes.length} rules and not in 3 (light, dark by system, dark by choice)`);
  const read = themes.map(([, selector, rule]) => [
    selector.trim(),
    Object.fromEntries([...rule.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/gi)].map(([, name, colour]) => [name, colour])),
  ]);
  for (const [selector, colours] of read) {
    const least = (names, wanted, ...grounds) => {
      for (const name of names) {
        for (const ground of grounds) {
          const found = colours[name] ? contrast(colours[name], colours[ground]) : 0;
          if (found < wanted) failures.push(`${selector}: --${name} has a contrast of ${found.toFixed(2)} with --${ground}, below ${wanted}`);
        }
      }
    };
    const models = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `c${n}`);
    least(['ink', 'muted', 'link', 'good', 'bad'], 4.5, 'bg', 'soft');
    least([...models, 'base', 'axis', 'edge', 'band', 'heat', 'focus'], 3, 'bg');
    for (const [name, matrix] of Object.entries(VISION)) {
      models.forEach((first, i) => models.slice(i + 1).forEach((second) => {
        if (!colours[first] || !colours[second]) return;
        const found = distance(seen(colours[first], matrix), seen(colours[second], matrix));
        if (found < APART) failures.push(`${selector}: --${first} and --${second} are ${found.toFixed(3)} apart with ${name}, below ${APART}`);
      }));
    }
  }
  const [, byName] = read[1] || [];
  if (JSON.stringify(byName) !== JSON.stringify((read[2] || [])[1])) failures.push('page.css: dark by system and dark by choice differ');
  return failures;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] || fileURLToPath(new URL('../../src/render/html/page.css', import.meta.url));
  const failures = checkPalette(readFileSync(file, 'utf8'));
  failures.forEach((failure) => console.log(failure));
  console.log(`${failures.length} colours failed`);
  process.exitCode = failures.length ? 1 : 0;
}
