import type { Token } from 'node-llama-cpp';

/** llama.cpp's log-probabilities of what follows `ids`. */
export async function logprobsOf(path: string, ids: readonly number[]): Promise<Map<number, number>> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ contextSize: model.trainContextSize, flashAttention: false });
  const sequence = context.getSequence();
  const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  const input = [...ids.slice(0, -1), [ids[ids.length - 1], { generateNext: { probabilities: true, options } }]];
  const results = await sequence.controlledEvaluate(input as Token[]);
  const probabilities = results.at(-1)?.next.probabilities ?? new Map();
  await llama.dispose();
  return new Map([...probabilities].map(([id, p]) => [id, Math.log(p)]));
}
