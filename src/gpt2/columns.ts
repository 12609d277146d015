import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { onnx } from 'onnx-proto';
import { DATA_FILE } from './compile';
import { readOwnGraph } from './graphFile';
import { READING_GRAPH } from './readingGraph';

/** Matrix columns handled at once: few enough that what is written in turn stays in the processor's cache. */
const TILE = 64;

/** A matrix as `MatMulNBits` reads it. */
export interface Blocks {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  /** Inputs and outputs of the layer. */
  readonly from: number;
  readonly to: number;
  /** `[to, blocks, bytes of a block]` */
  readonly packed: Uint8Array;
  /** `[to, blocks]` */
  readonly scales: Float32Array;
}

/**
 * The same matrix as `DynamicQuantizeMatMul` reads it: `columns` `[from, to]`, value = (byte - 128) * scale of the
 * column. Where all scales of a column are equal nothing is rounded.
 */
export function toColumns({ bits, blockSize, from, to, packed, scales }: Blocks, columns: Uint8Array): Float32Array {
  const blocks = Math.ceil(from / blockSize);
  const zero = 2 ** (bits - 1);
  const columnScales = new Float32Array(to);
  for (let column = 0; column < to; column++) {
    const own = scales.subarray(column * blocks, (column + 1) * blocks);
    const largest = own.reduce((most, scale) => Math.max(most, Math.abs(scale)), 0);
    // A column of zeros may have any scale.
    columnScales[column] = (largest * zero) / 128 || 1;
  }
  const bytes = (blockSize * bits) / 8;
  for (let first = 0; first < to; first += TILE) {
    const end = Math.min(to, first + TILE);
    for (let block = 0; block < blocks; block++) {
      const count = Math.min(blockSize, from - block * blockSize);
      for (let column = first; column < end; column++) {
        const at = column * blocks + block;
        const factor = scales[at] / columnScales[column];
        const values = packed.subarray(at * bytes, (at + 1) * bytes);
        const start = block * blockSize * to + column;
        if (bits === 8) {
          writeBytes(values, count, factor, columns, start, to);
        } else {
          writeHalves(values, count, factor, columns, start, to);
        }
      }
    }
  }
  return columnScales;
}

/** Binary places of a factor: its error is a four-hundredth of a step at most. */
const PLACES = 16;
const ONE = 1 << PLACES;

/** What is added to `value * factor` so that cutting off the places rounds half up and 0 becomes 128. */
const offsetOf = (zero: number, factor: number) => 128 * ONE + (ONE >> 1) - zero * factor;

function writeBytes(values: Uint8Array, count: number, factor: number, to: Uint8Array, start: number, step: number) {
  const scaled = Math.round(factor * ONE);
  const offset = offsetOf(128, scaled);
  for (let i = 0, at = start; i < count; i++, at += step) {
    const value = (Math.imul(values[i], scaled) + offset) >> PLACES;
    // A negative scale turns the one value that has no opposite into 256.
    to[at] = value < 255 ? value : 255;
  }
}

function writeHalves(values: Uint8Array, count: number, factor: number, to: Uint8Array, start: number, step: number) {
  const scaled = Math.round(factor * ONE);
  const offset = offsetOf(8, scaled);
  for (let i = 0, at = start; i < count; i++, at += step) {
    const half = i % 2 === 0 ? values[i >> 1] & 15 : values[i >> 1] >> 4;
    const value = (Math.imul(half, scaled) + offset) >> PLACES;
    to[at] = value < 255 ? value : 255;
  }
}

/** Not yet in TypeScript's library for this target, but in every runtime that there is. */
type ResizableBuffers = new (size: number, options: { maxByteLength: number }) => ArrayBuffer;

/** Gives the memory of what `loadColumns` made back at once, which the garbage collector does when it likes. */
export function releaseColumns(columns: Uint8Array): void {
  (columns.buffer as ArrayBuffer & { resize(size: number): void }).resize(0);
}

/**
 * Bytes of what `loadColumns` makes.
 * @throws UnsupportedModelError when the graph is none that Inkling wrote
 */
export async function columnsSize(folder: string): Promise<number> {
  return sizeOf(initializersOf(await readOwnGraph(join(folder, READING_GRAPH))));
}

/**
 * What the reading graph of a compiled model takes from memory, made from the matrices of its other graphs.
 * @throws UnsupportedModelError when the graphs are none that Inkling wrote
 */
export async function loadColumns(folder: string): Promise<Uint8Array> {
  const reading = initializersOf(await readOwnGraph(join(folder, READING_GRAPH)));
  const { graph } = await readOwnGraph(join(folder, 'model.onnx'));
  const stepping = initializersOf({ graph });
  const size = sizeOf(reading);
  const memory = new Uint8Array(new (ArrayBuffer as ResizableBuffers)(size, { maxByteLength: size }));
  const data = await open(join(folder, DATA_FILE));
  try {
    for (const [name, { offset }] of reading) {
      const same = stepping.get(name);
      if (same) {
        memory.set(await read(data, same), offset);
      }
    }
    for (const node of graph?.node ?? []) {
      const name = node.input?.[1]?.replace(/\.packed$/, '') ?? '';
      const columns = reading.get(`${name}.columns`);
      const columnScales = reading.get(`${name}.column_scales`);
      const packed = stepping.get(`${name}.packed`);
      const scales = stepping.get(`${name}.scales`);
      if (node.opType !== 'MatMulNBits' || !columns || !columnScales || !packed || !scales) {
        continue;
      }
      const number = (attribute: string) => Number(node.attribute?.find((each) => each.name === attribute)?.i);
      const blocks: Blocks = {
        bits: number('bits') as 4 | 8,
        blockSize: number('block_size'),
        from: number('K'),
        to: number('N'),
        packed: await read(data, packed),
        scales: new Float32Array((await read(data, scales)).buffer),
      };
      const made = toColumns(blocks, memory.subarray(columns.offset, columns.offset + columns.length));
      memory.set(new Uint8Array(made.buffer), columnScales.offset);
    }
  } finally {
    await data.close();
  }
  return memory;
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

function sizeOf(places: ReadonlyMap<string, Place>): number {
  return Math.max(...[...places.values()].map(({ offset, length }) => offset + length));
}

function initializersOf({ graph }: Pick<onnx.IModelProto, 'graph'>): Map<string, Place> {
  const external = (graph?.initializer ?? []).filter(({ externalData }) => externalData?.length);
  const places = external.map(({ name, externalData }): [string, Place] => {
    const number = (key: string) => Number(externalData?.find((each) => each.key === key)?.value);
    return [name ?? '', { offset: number('offset'), length: number('length') }];
  });
  return new Map(places);
}

async function read(file: FileHandle, { offset, length }: Place): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  if (bytesRead !== length) {
    throw new Error(l10n.t('{0} is shorter than the graph says.', DATA_FILE));
  }
  return bytes;
}
