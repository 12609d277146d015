import { basename, dirname } from 'node:path';
import { argmax, type Contender } from '../contender';

/** `path` ends in the dtype, `fp32` or `q8`: the folder before it holds both layouts. */
export async function open(path: string, threads: number): Promise<Contender> {
  const { AutoModelForCausalLM, DynamicCache, env, StoppingCriteria, Tensor } = await import(
    '@huggingface/transformers'
  );
  const folder = dirname(path);
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  const model = await AutoModelForCausalLM.from_pretrained(basename(folder), {
    dtype: basename(path) as 'fp32' | 'q8',
    device: 'cpu',
    session_options: { intraOpNumThreads: threads },
  });
  let cache = new DynamicCache({});
  let length = 0;
  const ones = (count: number) => new Tensor('int64', new BigInt64Array(count).fill(1n), [1, count]);
  const tensor = (ids: readonly number[]) => new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);

  /** One step after `after` cached positions; returns the most probable next token. */
  const step = async (ids: readonly number[], past: typeof cache | undefined, after: number) => {
    const outputs = await model({
      input_ids: tensor(ids),
      attention_mask: ones(after + ids.length),
      ...(past && { past_key_values: past }),
    });
    const entries = Object.entries(outputs as Record<string, InstanceType<typeof Tensor>>).filter(([name]) =>
      name.startsWith('present.'),
    );
    const kept = new DynamicCache(
      Object.fromEntries(entries.map(([name, value]) => [name.replace('present', 'past_key_values'), value])),
    );
    const vocabulary = outputs.logits.dims[2];
    return { next: argmax(outputs.logits.data.subarray(-vocabulary)), kept };
  };
  return {
    async prefill(ids) {
      await step(ids, undefined, 0);
    },
    async remember(ids) {
      cache = (await step(ids, undefined, 0)).kept;
      length = ids.length;
    },
    async proceed(ids, count, onToken) {
      let [past, after, fresh] = [cache, length, ids];
      for (let made = 0; made < count; made++) {
        const { next, kept } = await step(fresh, past, after);
        onToken();
        [past, after, fresh] = [kept, after + fresh.length, [next]];
      }
    },
    async generate(ids, count, onToken) {
      class Clock extends StoppingCriteria {
        override _call(sequences: number[][]): boolean[] {
          onToken();
          return sequences.map(() => false);
        }
      }
      await model.generate({
        inputs: tensor(ids),
        attention_mask: ones(ids.length),
        max_new_tokens: count,
        min_new_tokens: count,
        do_sample: false,
        stopping_criteria: new Clock(),
      });
    },
  };
}
