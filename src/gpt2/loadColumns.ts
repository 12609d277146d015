import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { onnx } from 'onnx-proto';
import { type Blocks, toColumns } from './columns';
import { DATA_FILE } from './compiledModel';

/** Missing from TypeScript's library for this target, but available in every supported runtime. */
type ResizableBuffers = new (size: number, options: { maxByteLength: number }) => ArrayBuffer;

/** Frees the memory from `loadColumns` at once instead of leaving it to the garbage collector. */
export function releaseColumns(columns: Uint8Array): void {
  (columns.buffer as ArrayBuffer & { resize(size: number): void }).resize(0);
}

/** Size in bytes of the result of `loadColumns` for this reading graph. */
export function columnsSize(read: onnx.ModelProto): number {
  return sizeOf(initializersOf(read));
}

/** Converts the matrices of a compiled model's step graph to the format of its reading graph, in memory. */
export async function loadColumns(
  folder: string,
  { step, read }: { readonly step: onnx.ModelProto; readonly read: onnx.ModelProto },
): Promise<Uint8Array> {
  const reading = initializersOf(read);
  const stepping = initializersOf(step);
  const size = sizeOf(reading);
  const memory = new Uint8Array(new (ArrayBuffer as ResizableBuffers)(size, { maxByteLength: size }));
  const matrices = (step.graph?.node ?? []).flatMap((node) => matrixOf(node, stepping, reading) ?? []);
  // One buffer for all matrices, of fixed length: element access is a quarter faster than in a resizable one.
  const packed = new Uint8Array(largest(matrices.map((matrix) => matrix.packed)));
  const columns = new Uint8Array(largest(matrices.map((matrix) => matrix.columns)));
  const data = await open(join(folder, DATA_FILE));
  try {
    for (const [name, { offset }] of reading) {
      const same = stepping.get(name);
      if (same) memory.set(await readPart(data, same), offset);
    }
    for (const matrix of matrices) {
      const { bits, blockSize, from, to } = matrix;
      const scales = new Float32Array((await readPart(data, matrix.scales)).buffer);
      await readPart(data, matrix.packed, packed);
      const columnScales = toColumns({ bits, blockSize, from, to, packed, scales }, columns);
      memory.set(columns.subarray(0, matrix.columns.length), matrix.columns.offset);
      memory.set(new Uint8Array(columnScales.buffer), matrix.columnScales.offset);
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

/** A matrix of both graphs, with the positions of its parts in the file and in memory. */
interface Matrix extends Pick<Blocks, 'bits' | 'blockSize' | 'from' | 'to'> {
  readonly packed: Place;
  readonly scales: Place;
  readonly columns: Place;
  readonly columnScales: Place;
}

function matrixOf(node: onnx.INodeProto, file: Places, memory: Places): Matrix | undefined {
  const name = node.input?.[1]?.replace(/\.packed$/, '') ?? '';
  const columns = memory.get(`${name}.columns`);
  const columnScales = memory.get(`${name}.column_scales`);
  const packed = file.get(`${name}.packed`);
  const scales = file.get(`${name}.scales`);
  if (node.opType !== 'MatMulNBits' || !columns || !columnScales || !packed || !scales) return undefined;
  const number = (attribute: string) => Number(node.attribute?.find((each) => each.name === attribute)?.i);
  const shape = { bits: number('bits') as 4 | 8, blockSize: number('block_size'), from: number('K'), to: number('N') };
  return { ...shape, packed, scales, columns, columnScales };
}

type Places = ReadonlyMap<string, Place>;

function largest(places: readonly Place[]): number {
  return Math.max(0, ...places.map(({ length }) => length));
}

function sizeOf(places: Places): number {
  return Math.max(...[...places.values()].map(({ offset, length }) => offset + length));
}

function initializersOf({ graph }: Pick<onnx.IModelProto, 'graph'>): Places {
  const external = (graph?.initializer ?? []).filter(({ externalData }) => externalData?.length);
  const places = external.map(({ name, externalData }): [string, Place] => {
    const number = (key: string) => Number(externalData?.find((each) => each.key === key)?.value);
    return [name ?? '', { offset: number('offset'), length: number('length') }];
  });
  return new Map(places);
}

async function readPart(
  file: FileHandle,
  { offset, length }: Place,
  into = new Uint8Array(length),
): Promise<Uint8Array> {
  const { bytesRead } = await file.read(into, 0, length, offset);
  if (bytesRead !== length) throw new Error(l10n.t('{0} is shorter than the graph says.', DATA_FILE));
  return into;
}
