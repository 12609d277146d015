import { speakAs } from '../../core/text/locale';
import { DamagedModelError } from '../../gpt2/errors';
import { locateModel } from '../../gpt2/locateModel';
import { LocalEngine } from '../localEngine';
import { type EngineArguments, type FromEngine, type Method, readToEngine, type ToEngine } from './protocol';

/** The engine's process: answers calls from the pipe, and ends with the other side. */
async function main(): Promise<void> {
  const { model, cache, threads, wording } = JSON.parse(process.argv[2]) as EngineArguments;
  if (wording) speakAs(wording);
  const running = new Map<number, AbortController>();
  let engine: LocalEngine | undefined;
  // Listens from the start, as signs of life are also requested while the model is compiled and loaded.
  process.on('message', (data) => {
    const message = readToEngine(data);
    if (message === undefined) {
      console.error("The engine's process was sent something that is no message; it is ignored.");
    } else if ('ping' in message) {
      send({ pong: true });
    } else if ('cancel' in message) {
      running.get(message.cancel)?.abort();
    } else if (engine) {
      void answer(engine, running, message);
    }
  });
  engine = await LocalEngine.open(await locateModel(model, __dirname, cache), { threads, onNote: console.error });
  engine.adaptThreads(threads);
  send({ ready: true });
}

async function answer(
  engine: LocalEngine,
  running: Map<number, AbortController>,
  { call, id, request }: Extract<ToEngine, { call: unknown }>,
): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const progress = (value: unknown) => send({ id, progress: value });
    send({ id, result: await dispatch(engine, call, request, progress, controller.signal) });
  } catch (error) {
    const { name, message } = error as Error;
    send({ id, error: { name, message } });
  } finally {
    running.delete(id);
  }
}

// Typed by the sender; both ends are from the same build.
type Of<
  M extends 'complete' | 'generate' | 'logits' | 'score' | 'explain' | 'inspect' | 'words' | 'remember' | 'recall',
> = Parameters<LocalEngine[M]>[0];

function dispatch(
  engine: LocalEngine,
  call: Method,
  request: unknown,
  progress: (value: unknown) => void,
  signal: AbortSignal,
): Promise<unknown> {
  switch (call) {
    case 'info':
      return engine.info();
    case 'tokenizerSource':
      return engine.tokenizerSource();
    case 'stats':
      return engine.stats();
    case 'complete':
      return engine.complete(request as Of<'complete'>, signal, progress);
    case 'generate':
      return engine.generate(request as Of<'generate'>, progress, signal);
    case 'logits':
      return engine.logits(request as Of<'logits'>, signal);
    case 'score':
      return engine.score(request as Of<'score'>, signal);
    case 'explain':
      return engine.explain(request as Of<'explain'>, signal);
    case 'inspect':
      return engine.inspect(request as Of<'inspect'>, signal);
    case 'words':
      return engine.words(request as Of<'words'>, signal);
    case 'remember':
      return engine.remember(request as Of<'remember'>);
    case 'recall':
      return engine.recall(request as Of<'recall'>);
  }
}

function send(message: FromEngine, sent?: () => void): void {
  process.send?.(message, undefined, {}, sent);
}

process.on('disconnect', () => process.exit(0));
main().catch((error: Error) => {
  const damaged = error instanceof DamagedModelError;
  send({ failed: error.message, ...(damaged && { damaged }) }, () => process.exit(1));
});
