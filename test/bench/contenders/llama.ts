import type { Token } from 'node-llama-cpp';
import type { Contender } from '../contender';

export async function open(path: string, threads: number): Promise<Contender> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ contextSize: 1024, threads, flashAttention: true });
  const sequence = context.getSequence();
  const greedy = { temperature: 0, yieldEogToken: true } as const;

  const proceed = async (ids: readonly number[], count: number, onToken: () => void) => {
    let made = 0;
    for await (const _ of sequence.evaluate(ids as Token[], greedy)) {
      onToken();
      if (++made === count) return;
    }
  };
  return {
    async prefill(ids) {
      await sequence.clearHistory();
      await proceed(ids, 1, () => {});
    },
    async remember(ids) {
      const known = sequence.contextTokens;
      let common = 0;
      while (common < ids.length && known[common] === ids[common]) common++;
      const end = sequence.nextTokenIndex;
      if (common < end) await sequence.eraseContextTokenRanges([{ start: common, end }]);
      if (common < ids.length) await sequence.evaluateWithoutGeneratingNewTokens(ids.slice(common) as Token[]);
    },
    proceed,
  };
}
