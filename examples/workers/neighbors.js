// A worker in another language: k nearest neighbours in Node, without a library. docs/external-models.md has the protocol.
//
//     randsplit eval data.csv -t y -m 'worker:node examples/workers/neighbors.js 10'
//
// Numbers, booleans and times are scaled by the train rows, and a gap stands at their mean; two texts are the same or not.
'use strict';
const fs = require('fs');
const net = require('net');

const K = Number(process.argv[2] || 5);
const MISSING = 2 ** 32 - 1;

// --- messages: the lengths of a head and a body, a head in JSON, and a body of arrays ------------------------------

function send(socket, head, arrays = {}) {
  const parts = [];
  const layouts = Object.entries(arrays).map(([name, { shape, values }]) => {
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    return { name, type: 'f64', shape };
  });
  const text = Buffer.from(JSON.stringify({ ...head, arrays: layouts }));
  const body = Buffer.concat(parts);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(text.length, 0);
  lengths.writeUInt32LE(body.length, 4);
  socket.write(Buffer.concat([lengths, text, body]));
}

function arraysOf(head, body) {
  const arrays = {};
  let at = 0;
  for (const { name, type, shape } of head.arrays || []) {
    const count = shape.reduce((a, b) => a * b, 1);
    const size = type === 'u32' ? 4 : 8;
    arrays[name] = Array.from({ length: count }, (_, i) =>
      size === 4 ? body.readUInt32LE(at + 4 * i) : body.readDoubleLE(at + 8 * i));
    at += count * size;
  }
  return arrays;
}

// --- the table -----------------------------------------------------------------------------------------------------

function readCsv(path) {
  const text = fs.readFileSync(path, 'utf8');
  const rows = [];
  let row = [], cell = '', quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i++; } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') { row.push(cell); cell = ''; }
    else if (c === '\n') { rows.push([...row, cell]); row = []; cell = ''; }
    else if (c !== '\r') cell += c;
  }
  return rows.slice(1);
}

// A cell as what distances are made of: a number, NaN for a gap, or a text (null for a gap).
function value(kind, cell) {
  if (kind === 'text') return cell === '' ? null : cell;
  if (cell === '') return NaN;
  if (kind === 'boolean') return Number(/^(true|yes|t|y|1)$/i.test(cell));
  return kind === 'time' ? Date.parse(cell) / 1000 : Number(cell);
}

class Session {
  open(head) {
    this.columns = head.columns;
    this.classes = head.classes.length;
    this.models = new Map();
    const cells = readCsv(head.table.path);
    this.table = this.columns.map(({ kind }, at) => cells.map((row) => value(kind, row[at])));
    return [{}, {}];
  }

  // The columns of some rows: those of the table, or what a probe has put in their place.
  rows(head, arrays) {
    const changed = new Map((head.changed || []).map((change) => [change.column, change]));
    return this.columns.map(({ name }, at) => {
      const change = changed.get(name);
      if (!change) return arrays.rows.map((row) => this.table[at][row]);
      const values = arrays[change.array];
      return change.kind === 'text' ? values.map((code) => (code === MISSING ? null : change.levels[code])) : values;
    });
  }

  fit(head, arrays) {
    const left = new Set(head.without || []);
    const train = this.rows(head, arrays);
    const scales = this.columns.map(({ name, kind }, at) => {
      if (left.has(name)) return null;
      if (kind === 'text') return { text: true };
      const known = train[at].filter((v) => !Number.isNaN(v));
      const mean = known.reduce((a, b) => a + b, 0) / (known.length || 1);
      const filled = train[at].map((v) => (Number.isNaN(v) ? mean : v));
      const variance = filled.reduce((a, v) => a + (v - mean) ** 2, 0) / filled.length;
      return { mean, sd: Math.sqrt(variance) || 1 };
    });
    this.models.set(head.model, { scales, train: this.scaled(train, scales), target: arrays.target });
    return [{ warnings: [] }, {}];
  }

  // Row by row, what distances are made of.
  scaled(columns, scales) {
    const count = columns.length ? columns[0].length : 0;
    return Array.from({ length: count }, (_, row) => scales.flatMap((scale, at) => {
      if (!scale) return [];
      const cell = columns[at][row];
      if (scale.text) return [cell];
      return [Number.isNaN(cell) ? 0 : (cell - scale.mean) / scale.sd];
    }));
  }

  predict(head, arrays) {
    const { scales, train, target } = this.models.get(head.model);
    const rows = this.scaled(this.rows(head, arrays), scales);
    const nearest = (row) => {
      const far = train.map((other, i) => {
        let sum = 0;
        for (let at = 0; at < row.length; at++) {
          sum += typeof row[at] === 'number' ? (row[at] - other[at]) ** 2 : Number(row[at] !== other[at]);
        }
        return [sum, i];
      });
      return far.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, K).map(([, i]) => target[i]);
    };
    if (this.classes === 0) {
      const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
      return [{}, { values: { shape: [rows.length], values: Float64Array.from(rows, (row) => mean(nearest(row))) } }];
    }
    const shares = new Float64Array(rows.length * this.classes);
    rows.forEach((row, i) => {
      const near = nearest(row);
      near.forEach((code) => { shares[i * this.classes + code] += 1 / near.length; });
    });
    return [{}, { probabilities: { shape: [rows.length, this.classes], values: shares } }];
  }

  answer(head, arrays) {
    (head.forget || []).forEach((model) => this.models.delete(model));
    if (!['open', 'fit', 'predict'].includes(head.do)) throw new Error(`'${head.do}' is nothing that this worker does`);
    return this[head.do](head, arrays);
  }
}

// --- the connection ------------------------------------------------------------------------------------------------

const [host, port] = process.env.RANDSPLIT_CONNECT.split(/:(?=\d+$)/);
const session = new Session();
let waiting = Buffer.alloc(0);
const socket = net.connect(Number(port), host, () => {
  socket.setNoDelay(true);
  send(socket, {
    version: 1, token: process.env.RANDSPLIT_TOKEN, place: Number(process.env.RANDSPLIT_PLACE), reads: ['csv'],
  });
});
socket.on('data', (data) => {
  waiting = Buffer.concat([waiting, data]);
  while (waiting.length >= 8) {
    const [head, body] = [waiting.readUInt32LE(0), waiting.readUInt32LE(4)];
    if (waiting.length < 8 + head + body) return;
    const asked = JSON.parse(waiting.subarray(8, 8 + head));
    const arrays = arraysOf(asked, waiting.subarray(8 + head, 8 + head + body));
    waiting = waiting.subarray(8 + head + body);
    try {
      const [said, found] = session.answer(asked, arrays);
      send(socket, { id: asked.id, ...said }, found);
    } catch (error) {
      send(socket, { id: asked.id, error: String(error.message || error) });
    }
  }
});
socket.on('end', () => process.exit(0));
