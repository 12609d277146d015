import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { Session } from '../../../src/engine/session';
import { readManifest } from '../../../src/gpt2/compiledModel';
import { argmax, type Contender } from '../contender';

export async function open(path: string, threads: number): Promise<Contender> {
  const manifest = await readManifest(path);
  if (!manifest) throw new Error(`There is no compiled model in ${path}.`);
  const model = new CachedModel(await Session.open(path, manifest.config, { threads }), gpt2Tokenizer());
  let text: readonly number[] = [];
  const next = async (ids: readonly number[], ahead = false) => {
    text = ids;
    return argmax((await model.forward([ids], { ahead }))[0].logits);
  };
  return {
    // As on opening a document: nobody has typed yet.
    async prefill(ids) {
      await next(ids, true);
    },
    async remember(ids) {
      await next(ids);
    },
    async proceed(ids, count, onToken) {
      let token = await next([...text, ...ids]);
      onToken();
      for (let made = 1; made < count; made++) {
        token = await next([...text, token]);
        onToken();
      }
    },
  };
}
