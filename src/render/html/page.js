'use strict';
// What the page gains by a script: a split followed through every picture, a choice of metric, models and theme, and tables
// that sort, filter and copy. Without it the page shows everything. Text from data only ever becomes text nodes.

const root = document.documentElement;
const one = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const SVG = 'http://www.w3.org/2000/svg';

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Models, metrics and the choice

const names = new Map();
const colours = new Map();
for (const element of all('main [data-model]')) {
  const { model, name } = element.dataset;
  if (name || !names.has(model)) names.set(model, name || '');
  const colour = (element.getAttribute('class') || '').match(/\bc[1-8]\b/);
  if (colour) colours.set(model, colour[0]);
}
const models = [...names.keys()].sort((a, b) => a - b || (a < b ? -1 : 1));
const nameOf = (model) => names.get(model) || 'model ' + model;
const blocks = all('.metric[data-metric]');
const metrics = [...new Set(blocks.map((block) => block.dataset.metric))];
const pictures = all('svg').filter((svg) => one('path[data-splits]', svg));

const choice = { split: null, model: null, metric: metrics[0], off: new Set(), theme: 'auto', at: '' };
let pinned = false;

// Marks: every path with data-splits has one subpath a split

const marks = new Map();

function splitsOf(text) {
  const splits = [];
  for (const part of text.split(',')) {
    const [low, high = low] = part.split('-').map(Number);
    for (let split = low; split <= high; split += 1) splits.push(split);
  }
  return splits;
}

function pixelsOf(scale) {
  const ends = (scale || '').trim().split(/\s+/).slice(-2).map(Number);
  return ends.length === 2 && ends.every(Number.isFinite) ? [Math.min(...ends), Math.max(...ends)] : null;
}

function layersOf(svg) {
  if (marks.has(svg)) return marks.get(svg);
  const layers = [];
  for (const path of all('path[data-splits]', svg)) {
    const splits = splitsOf(path.dataset.splits);
    const total = splits.length;
    const d = path.getAttribute('d') || '';
    const [x, y, right, down] = [0, 0, 0, 0].map(() => new Float32Array(total));
    const start = new Int32Array(total + 1).fill(d.length);
    const subpath = /M\s*(-?[\d.]+)[\s,]*(-?[\d.]+)\s*(?:([vh])\s*(-?[\d.]+))?[^M]*/g;
    let count = 0;
    for (let found; (found = subpath.exec(d)); count += 1) {
      if (count >= total) continue;
      start[count] = found.index;
      x[count] = found[1];
      y[count] = found[2];
      if (found[3] === 'h') right[count] = found[4];
      if (found[3] === 'v') down[count] = found[4];
    }
    if (!total || count !== total) continue;
    const panel = path.closest('.panel') || path.parentNode;
    const { model } = path.dataset;
    layers.push({
      path, panel, model, splits, total, d, x, y, right, down, start,
      rug: path.classList.contains('rug'),
      across: pixelsOf(panel.dataset.x),
      along: pixelsOf(panel.dataset.y),
    });
  }
  marks.set(svg, layers);
  return layers;
}

const shown = (element) => !element.closest('.off, [hidden]');

function inPanel({ across, along }, point) {
  const near = 30;
  return (!across || (point.x > across[0] - near && point.x < across[1] + near))
    && (!along || (point.y > along[0] - near && point.y < along[1] + near));
}

const away = (at, from, length) => Math.max(Math.min(from, from + length) - at, 0, at - Math.max(from, from + length));

// The mark nearest to the pointer, if one is near. A tick of a rug can be reached from anywhere above or below it.
function nearest(svg, event) {
  let best = null;
  let least = 28;
  for (const layer of layersOf(svg)) {
    const matrix = layer.panel.getScreenCTM();
    if (!matrix || !shown(layer.path)) continue;
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    if (!inPanel(layer, point)) continue;
    const { x, y, right, down, rug } = layer;
    for (let i = 0; i < layer.total; i += 1) {
      const aside = away(point.x, x[i], right[i]) * (rug && right[i] ? 0.08 : 1);
      const above = away(point.y, y[i], down[i]) * (rug && down[i] ? 0.08 : 1);
      const distance = Math.hypot(aside, above) * matrix.a;
      if (distance < least) {
        least = distance;
        best = { layer, position: i };
      }
    }
  }
  return best;
}

function overlay(layer, position) {
  const group = document.createElementNS(SVG, 'g');
  group.setAttribute('class', layer.rug ? 'pick pick-rug' : 'pick');
  const draw = (d, kind) => {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', kind);
    group.append(path);
  };
  const { x, y, right, down, across, along } = layer;
  if (layer.rug && down[position] && along) draw(`M${x[position]} ${along[0]}V${along[1]}`, 'guide');
  if (layer.rug && right[position] && across) draw(`M${across[0]} ${y[position]}H${across[1]}`, 'guide');
  const own = layer.d.slice(layer.start[position], layer.start[position + 1]);
  draw(own, 'halo');
  draw(own, 'core ' + (colours.get(layer.model) || 'line-base'));
  layer.panel.append(group);
}

function drawPicture(svg) {
  all('.pick', svg).forEach((old) => old.remove());
  if (choice.split === null) return;
  for (const layer of layersOf(svg)) {
    if (choice.model !== null && layer.model !== undefined && layer.model !== choice.model) continue;
    const position = layer.splits.indexOf(choice.split);
    if (position >= 0 && shown(layer.path)) overlay(layer, position);
  }
}

// Pictures that were not read yet are read a few at a time, so that a page of many marks never stalls.
function readRest() {
  const waiting = pictures.filter((svg) => !marks.has(svg));
  const begin = performance.now();
  for (const svg of waiting) {
    drawPicture(svg);
    if (performance.now() - begin > 8) break;
  }
  if (waiting.length) setTimeout(readRest, 0);
}

function drawChoice() {
  for (const svg of marks.keys()) drawPicture(svg);
  if (choice.split !== null) readRest();
}

// The table of all splits: where scores are read, and where the row is marked

const tables = new Map(all('#splits table[data-model]').map((table) => [table.dataset.model, table]));
const rows = new Map();
function rowOf(split, model) {
  if (!tables.has(model)) return null;
  if (!rows.has(model)) {
    rows.set(model, new Map([...tables.get(model).tBodies[0].rows].map((row) => [row.cells[0].textContent.trim(), row])));
  }
  return rows.get(model).get(String(split));
}

const textOf = (cell) => cell.textContent.replace(/\s+/g, ' ').trim();

function scoresOf(split, model) {
  const row = rowOf(split, model);
  if (!row) return [];
  const heads = all('thead th', tables.get(model)).map(textOf);
  return [...row.cells].slice(1).map((cell, i) => [heads[i + 1] || '', textOf(cell)]);
}

const chosenModels = () => (choice.model === null ? models : [choice.model]);

let marked = [];
function markRows() {
  marked.forEach((row) => row.removeAttribute('aria-current'));
  marked = chosenModels().map((model) => rowOf(choice.split, model)).filter(Boolean);
  for (const row of marked) {
    row.setAttribute('aria-current', 'true');
    const box = row.closest('.scroll');
    if (pinned && box) box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
  }
}

// Tooltip and status line

const tip = make('div', { class: 'tip', 'aria-hidden': 'true', hidden: '' });
const status = make('p', { class: 'status', role: 'status' });
const release = make('button', { type: 'button', disabled: '' }, 'Clear split');
const splitBox = make('input', { type: 'number', min: '0', step: '1', inputmode: 'numeric' });

function showTip(near) {
  tip.hidden = !near;
  if (!near) return;
  const { layer, position } = near;
  const title = 'split ' + choice.split + (choice.model === null ? '' : ' · ' + nameOf(choice.model));
  const list = make('dl');
  for (const model of chosenModels()) {
    for (const [name, value] of scoresOf(choice.split, model).slice(0, 12)) {
      const label = choice.model === null && models.length > 1 ? nameOf(model) + ' ' + name : name;
      list.append(make('dt', null, label), make('dd', null, value));
    }
  }
  tip.replaceChildren(make('b', null, title), list);
  const matrix = layer.panel.getScreenCTM();
  const point = new DOMPoint(layer.x[position], layer.y[position]).matrixTransform(matrix);
  const width = root.clientWidth;
  const left = point.x + 14 + tip.offsetWidth > width ? point.x - 14 - tip.offsetWidth : point.x + 14;
  const top = Math.min(point.y + 12, root.clientHeight - tip.offsetHeight - 8);
  tip.style.left = Math.max(4, Math.min(left, width - tip.offsetWidth - 4)) + scrollX + 'px';
  tip.style.top = Math.max(4, top) + scrollY + 'px';
}

function showStatus() {
  release.disabled = choice.split === null;
  if (choice.split === null) {
    status.textContent = splitBox.value = '';
    return;
  }
  if (document.activeElement !== splitBox) splitBox.value = choice.split;
  const scores = scoresOf(choice.split, modelOrFirst()).slice(0, 6).map((pair) => pair.join(' '));
  status.textContent = 'split ' + choice.split + ' of ' + nameOf(modelOrFirst()) + (scores.length ? ': ' : '') + scores.join(', ');
}

function choose(split, model, near, pin) {
  const same = choice.split === split && choice.model === model;
  choice.split = split;
  choice.model = model;
  pinned = pin;
  if (!same) drawChoice();
  showTip(near);
  if (same && !pin) return;
  markRows();
  if (!pin && split !== null) return;
  showStatus();
  save();
}

const letGo = () => choose(null, null, null, false);

function chooseMark(near, pin) {
  const { model } = near.layer;
  choose(near.layer.splits[near.position], model === undefined ? null : model, near, pin);
}

// Pointing, tapping and arrow keys

function live(svg) {
  let asked = null;
  svg.classList.add('live');
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('role', 'application');
  svg.setAttribute('aria-describedby', 'keys');
  svg.addEventListener('pointermove', (event) => {
    if (pinned || event.pointerType === 'touch') return;
    if (!asked) {
      requestAnimationFrame(() => {
        const near = asked && nearest(svg, asked);
        if (asked && !pinned) {
          if (near) chooseMark(near, false);
          else if (choice.split !== null) letGo();
        }
        asked = null;
      });
    }
    asked = event;
  });
  svg.addEventListener('pointerleave', () => {
    asked = null;
    if (!pinned && choice.split !== null) letGo();
  });
  svg.addEventListener('click', (event) => {
    const near = nearest(svg, event);
    if (near) chooseMark(near, true);
    else letGo();
  });
  svg.addEventListener('keydown', (event) => walk(svg, event));
}

let current = null;

function walk(svg, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const layers = layersOf(svg).filter((layer) => shown(layer.path));
  if (!layers.length) return;
  let layer = layers.includes(current) && current;
  if (!layer) layer = layers.find((candidate) => candidate.model === choice.model) || layers[0];
  if (!layer.order) {
    const along = layer.right[0] ? layer.y : layer.x;
    layer.order = [...along.keys()].sort((a, b) => along[a] - along[b] || a - b);
  }
  const place = layer.order.indexOf(layer.splits.indexOf(choice.split));
  const last = layer.total - 1;
  const stops = {
    ArrowRight: Math.min(place + 1, last),
    ArrowLeft: place < 0 ? last : Math.max(place - 1, 0),
    Home: 0,
    End: last,
    Enter: Math.max(place, 0),
  };
  let near;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const step = event.key === 'ArrowDown' ? 1 : layers.length - 1;
    layer = layers[(layers.indexOf(layer) + step) % layers.length];
    near = { layer, position: Math.max(layer.splits.indexOf(choice.split), 0) };
  } else if (event.key in stops) {
    near = { layer, position: layer.order[stops[event.key]] };
  } else {
    return;
  }
  event.preventDefault();
  current = layer;
  chooseMark(near, true);
}

// The bar of choices

const bar = one('.controls');
const field = (label, control) => make('label', null, make('span', null, label), control);

function select(key, options) {
  const box = make('select');
  for (const [value, text] of options) box.append(make('option', { value }, text));
  box.addEventListener('change', () => {
    choice[key] = box.value;
    apply();
    save();
  });
  return box;
}

const themeBox = select('theme', [['auto', 'system'], ['light', 'light'], ['dark', 'dark']]);
const metricBox = select('metric', metrics.map((metric) => [metric, metric]));
const modelBoxes = new Map();

function chooseModels() {
  const off = models.filter((model) => !modelBoxes.get(model).checked);
  choice.off = new Set(off.length < models.length ? off : choice.off);
  if (choice.off.has(choice.model)) letGo();
  apply();
  save();
}

function fillBar() {
  if (!bar) return;
  bar.setAttribute('role', 'region');
  bar.setAttribute('aria-label', 'Choices');
  if (metrics.length > 1) bar.append(field('Metric', metricBox));
  if (models.length > 1) {
    const set = make('fieldset', { class: 'models' }, make('legend', null, 'Models'));
    for (const model of models) {
      const box = make('input', { type: 'checkbox' });
      box.addEventListener('change', chooseModels);
      modelBoxes.set(model, box);
      set.append(make('label', null, box, make('i', { class: 'swatch ' + (colours.get(model) || '') }), make('span', null, nameOf(model))));
    }
    bar.append(set);
  }
  if (pictures.length) {
    const lists = all('svg path[data-splits]').map((path) => path.dataset.splits.split(/[-,]/).pop());
    splitBox.max = lists.reduce((most, last) => Math.max(most, Number(last) || 0), 0);
    splitBox.addEventListener('input', () => {
      if (splitBox.value === '') letGo();
      else if (splitBox.validity.valid) choose(Number(splitBox.value), modelOrFirst(), null, true);
    });
    release.addEventListener('click', () => {
      letGo();
      splitBox.focus();
    });
    bar.append(field('Split', splitBox), release);
  }
  bar.append(field('Theme', themeBox), status);
  const header = bar.closest('header');
  if (header) header.after(bar);
  bar.hidden = false;
}

function modelOrFirst() {
  return choice.model !== null ? choice.model : models.find((model) => !choice.off.has(model)) || null;
}

function apply() {
  root.dataset.theme = choice.theme;
  themeBox.value = choice.theme;
  metricBox.value = choice.metric;
  for (const block of blocks) {
    block.hidden = block.dataset.metric !== choice.metric
      && blocks.some((other) => other.parentNode === block.parentNode && other.dataset.metric === choice.metric);
  }
  for (const [model, box] of modelBoxes) box.checked = !choice.off.has(model);
  for (const element of all('main [data-model]')) {
    (element.tagName === 'TABLE' && element.closest('.table') || element).classList.toggle('off', choice.off.has(element.dataset.model));
  }
  drawChoice();
}

// The choice in the address

let saving = 0;
function save() {
  clearTimeout(saving);
  saving = setTimeout(writeHash, 120);
}

function writeHash() {
  const words = new URLSearchParams();
  if (pinned && choice.split !== null) words.set('split', choice.split);
  if (pinned && choice.model !== null) words.set('model', choice.model);
  if (choice.metric !== metrics[0]) words.set('metric', choice.metric);
  if (choice.off.size) words.set('models', models.filter((model) => !choice.off.has(model)).join(','));
  if (choice.theme !== 'auto') words.set('theme', choice.theme);
  const any = words.toString() !== '';
  if (any && choice.at) words.set('at', choice.at);
  const hash = any ? '#' + words : choice.at && '#' + choice.at;
  if (hash === location.hash) return;
  try {
    history.replaceState(null, '', location.href.split('#')[0] + hash);
  } catch (refused) {
    // Some viewers refuse it for files; the address then stays as it was.
  }
}

function reveal(id) {
  const target = id && document.getElementById(id);
  if (!target) return;
  const block = target.closest('.metric[data-metric]');
  if (block && block.dataset.metric !== choice.metric) {
    choice.metric = block.dataset.metric;
    apply();
  }
  for (let box = target.closest('details'); box; box = box.parentNode.closest('details')) box.open = true;
  target.scrollIntoView();
}

function load() {
  const text = location.hash.slice(1);
  if (!text.includes('=')) {
    choice.at = text;
    reveal(text);
    save();
    return;
  }
  const words = new URLSearchParams(text);
  const theme = words.get('theme');
  choice.theme = theme === 'light' || theme === 'dark' ? theme : 'auto';
  choice.metric = metrics.includes(words.get('metric')) ? words.get('metric') : metrics[0];
  const kept = words.has('models') ? words.get('models').split(',') : models;
  const off = models.filter((model) => !kept.includes(model));
  choice.off = new Set(off.length < models.length ? off : []);
  apply();
  const split = /^\d{1,9}$/.test(words.get('split') || '') ? Number(words.get('split')) : null;
  const model = models.includes(words.get('model')) ? words.get('model') : null;
  choose(split, split === null ? null : model, null, split !== null);
  choice.at = words.get('at') || '';
  reveal(choice.at);
}

// Tables: sorting, filtering, copying

const numberIn = /^[-+\u2212]?(?:\d[\d,\u2009\u202f]*\.?\d*|\.\d+)(?:e[-+\u2212]?\d+)?/i;
const plain = (text) => text.replace(/\u2212/g, '-').replace(/[,\u2009\u202f]/g, '');
const worth = (cell) => (cell ? (cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v) : '');

function keyOf(cell) {
  const found = worth(cell).match(numberIn);
  return found ? Number(plain(found[0])) : NaN;
}

const collator = new Intl.Collator('en', { numeric: true });

function sortBy(table, column, direction, initial) {
  const body = table.tBodies[0];
  if (!direction) {
    body.append(...initial);
    return;
  }
  const keyed = initial.map((row, i) => ({ row, i, number: keyOf(row.cells[column]), text: worth(row.cells[column]) }));
  const numeric = keyed.filter(({ number }) => !Number.isNaN(number)).length * 2 > keyed.filter(({ text }) => text).length;
  keyed.sort((a, b) => {
    const missing = numeric ? Number.isNaN(a.number) - Number.isNaN(b.number) : !a.text - !b.text;
    if (missing) return missing;
    const order = (numeric && a.number - b.number) || collator.compare(a.text, b.text);
    return order * direction || a.i - b.i;
  });
  body.append(...keyed.map(({ row }) => row));
}

function makeSortable(table) {
  const body = table.tBodies[0];
  if (table.tHead.rows.length !== 1 || one('[colspan], [rowspan]', table)) return;
  const initial = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make('button', { type: 'button', class: 'sort' }, ...head.childNodes);
    if (!textOf(button)) return;
    head.append(button);
    button.addEventListener('click', () => {
      const before = head.getAttribute('aria-sort');
      const now = before === 'ascending' ? 'descending' : before === 'descending' ? null : 'ascending';
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      if (now) head.setAttribute('aria-sort', now);
      sortBy(table, column, now === 'ascending' ? 1 : now ? -1 : 0, initial);
    });
  });
}

// A field as a spreadsheet may safely open it: quoted, and no text taken for a formula.
function csvField(cell) {
  const raw = worth(cell);
  const found = raw.match(numberIn);
  const text = found && found[0] === raw ? plain(raw) : (/^[=+\-@\t\r]/.test(raw) ? "'" : '') + raw;
  return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function csvOf(table) {
  const kept = [...table.tHead.rows, ...table.tBodies[0].rows].filter((row) => !row.hidden);
  return kept.map((row) => [...row.cells].map(csvField).join(',')).join('\r\n') + '\r\n';
}

function copyByHand(text, tools, say) {
  const area = make('textarea', { readonly: '', rows: '6', 'aria-label': 'Table as CSV' }, text);
  tools.after(area);
  area.focus();
  area.select();
  say('Press Ctrl+C to copy, Escape to close');
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    area.remove();
    one('.copy', tools).focus();
    say('');
  });
}

function equip(table) {
  if (table.closest('.table')) return;
  let box = table.closest('.scroll');
  if (!box) {
    box = make('div', { class: 'scroll' });
    table.before(box);
    box.append(table);
  }
  widths.observe(box);
  const body = table.tBodies[0];
  if (!table.tHead || !body || body.rows.length <= 8) return;
  makeSortable(table);
  const caption = table.caption ? textOf(table.caption) : 'this table';
  const search = make('input', { type: 'search', 'aria-label': 'Filter the rows of ' + caption, placeholder: 'Filter rows' });
  const copy = make('button', { type: 'button', class: 'copy' }, 'Copy as CSV');
  const note = make('span', { class: 'note', role: 'status' });
  const tools = make('div', { class: 'tools' }, search, copy, note);
  const whole = make('div', { class: 'table' });
  box.before(whole);
  whole.append(tools, box);
  const say = (text) => {
    note.textContent = text;
  };
  let texts = null;
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    texts = texts || new Map([...body.rows].map((row) => [row, [...row.cells].map(textOf).join(' ').toLowerCase()]));
    let count = 0;
    for (const [row, text] of texts) {
      row.hidden = !words.every((word) => text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    say(words.length ? `${count} of ${texts.size} rows` : '');
  });
  copy.addEventListener('click', async () => {
    const text = csvOf(table);
    try {
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch (refused) {
      copyByHand(text, tools, say);
    }
  });
  if (table.closest('#splits') && table.dataset.model !== undefined) {
    body.addEventListener('click', (event) => {
      const row = event.target.closest('tr');
      const split = row && textOf(row.cells[0]);
      if (/^\d+$/.test(split || '') && String(getSelection()) === '') choose(Number(split), table.dataset.model, null, true);
    });
  }
}

// A box that scrolls sideways must be reachable by keyboard; one that does not should be no stop.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1;
    const caption = one('caption', target) || one('figcaption', target.closest('figure') || target);
    for (const [name, value] of [['tabindex', '0'], ['role', 'group'], ['aria-label', caption ? textOf(caption) : 'Table']]) {
      if (scrolls) target.setAttribute(name, value);
      else target.removeAttribute(name);
    }
  }
});

// Start

fillBar();
const keys = make('p', { id: 'keys', hidden: '' }, 'Left and right go from split to split, up and down from model to model, Escape lets go.');
document.body.append(keys, tip);
pictures.forEach(live);
all('.scroll, .picture').forEach((box) => widths.observe(box));
for (const table of all('table.data')) if (!table.closest('details:not([open])')) equip(table);
document.addEventListener('toggle', (event) => {
  if (event.target.open) all('table.data', event.target).forEach(equip);
}, true);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && choice.split !== null) letGo();
});
addEventListener('hashchange', load);

const links = new Map(all('nav a[href^="#"]').map((link) => [link.getAttribute('href').slice(1), link]));
const seen = new Set();
const watch = new IntersectionObserver((entries) => {
  for (const entry of entries) seen[entry.isIntersecting ? 'add' : 'delete'](entry.target.id);
  const top = [...links.keys()].find((id) => seen.has(id));
  for (const [id, link] of links) {
    if (id === top) link.setAttribute('aria-current', 'location');
    else link.removeAttribute('aria-current');
  }
}, { rootMargin: '-15% 0px -60% 0px' });
for (const id of links.keys()) if (document.getElementById(id)) watch.observe(document.getElementById(id));

apply();
load();
