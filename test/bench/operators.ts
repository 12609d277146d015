import { loadRuntime, type Ort } from '../../src/engine/runtime';
import { ExternalData, FLOAT, GraphBuilder, UINT8 } from '../../src/gpt2/onnx';
import { random } from '../support/randomModel';
import { median } from './measure';

const MICROSOFT = 'com.microsoft';
/** The matrices of GPT-2 small's layers, inputs x outputs. */
const SHAPES = [
  [768, 2304],
  [768, 768],
  [768, 3072],
  [3072, 768],
] as const;
const ROWS = [512, 128, 64, 32, 16, 8, 1];
const WEIGHTS = 'weights';

/** Ways to multiply by a matrix; `scaled rows` is what a reading graph does around `DynamicQuantizeMatMul`. */
const WAYS = [
  'fp32',
  '8 bits, blocks of 128',
  '8 bits, blocks of 32',
  '4 bits, blocks of 64',
  'columns',
  'scaled rows',
];

/** `npx tsx test/bench/operators.ts [THREADS]`: milliseconds of onnxruntime's products by number of rows. */
async function main([threads = '2']: string[]): Promise<void> {
  const { Tensor } = loadRuntime();
  const next = random(1);
  for (const [from, to] of SHAPES) {
    const sessions: Ort.InferenceSession[] = [];
    for (const way of WAYS) sessions.push(await open(way, from, to, Number(threads)));
    const results = sessions.map((): string[] => []);
    for (const rows of ROWS) {
      const x = new Tensor(
        'float32',
        Float32Array.from({ length: rows * from }, () => next() - 0.5),
        [1, rows, from],
      );
      const times = sessions.map((): number[] => []);
      for (let round = 0; round < (rows > 8 ? 12 : 60); round++) {
        for (const [i, session] of sessions.entries()) {
          // The second run finds its weights where a reader of a long text would.
          await session.run({ x });
          const start = performance.now();
          await session.run({ x });
          times[i].push(performance.now() - start);
        }
      }
      for (const [i, each] of times.entries()) results[i].push(median(each).toFixed(3));
    }
    console.log(`\n| ${from} x ${to} | ${ROWS.join(' | ')} |\n|${'---|'.repeat(ROWS.length + 1)}`);
    for (const [i, way] of WAYS.entries()) console.log(`| ${way} | ${results[i].join(' | ')} |`);
    for (const session of sessions) await session.release();
  }
}

async function open(way: string, from: number, to: number, threads: number): Promise<Ort.InferenceSession> {
  const parts: Uint8Array[] = [];
  const data = new ExternalData(WEIGHTS, { write: async (bytes) => void parts.push(bytes.slice()) });
  const b = new GraphBuilder('operator', data);
  const next = random(7);
  const bytes = (length: number) => Uint8Array.from({ length }, () => 128 + Math.round(60 * (next() + next() - 1)));
  const floats = (length: number) => new Float32Array(length).fill(0.01);
  const float = async (name: string, shape: number[], length: number) =>
    b.weight(name, FLOAT, shape, await data.store([floats(length)]));
  const x = b.input('x', FLOAT, [1, 'M', from]);
  const multiply = async (): Promise<string> => {
    const blocks = /^(\d) bits, blocks of (\d+)$/.exec(way);
    if (blocks) {
      const [bits, size] = [Number(blocks[1]), Number(blocks[2])];
      const count = from / size;
      const packed = await data.store([bytes((to * from * bits) / 8)]);
      const weight = b.weight('packed', UINT8, [to, count, (size * bits) / 8], packed);
      const scales = await float('scales', [to * count], to * count);
      const attributes = { K: from, N: to, bits, block_size: size, accuracy_level: 4 };
      return b.op('MatMulNBits', [x, weight, scales], attributes, MICROSOFT);
    }
    if (way === 'fp32') return b.op('MatMul', [x, await float('matrix', [from, to], from * to)]);
    const columns = b.weight('columns', UINT8, [from, to], await data.store([bytes(from * to)]));
    const scales = await float('scales', [to], to);
    const product = (rows: string) =>
      b.op('DynamicQuantizeMatMul', [rows, columns, scales, b.byte('zero_point', 128)], {}, MICROSOFT);
    if (way === 'columns') return product(x);
    const largest = b.op('ReduceMax', [b.op('Abs', [x])], { axes: [2], keepdims: 1 });
    return b.op('Mul', [product(b.op('Div', [x, largest])), largest]);
  };
  b.output('y', await multiply(), [1, 'M', to]);
  return loadRuntime().InferenceSession.create(b.encode('inkling-bench'), {
    graphOptimizationLevel: 'basic',
    intraOpNumThreads: threads,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
    externalData: [{ path: WEIGHTS, data: Buffer.concat(parts) }],
  });
}

void main(process.argv.slice(2));
