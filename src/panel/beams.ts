import type { BeamStep, Engine, LogitsRequest } from '../engine/api';
import type { BeamSearch, BeamsMessage } from './protocol';

/** Runs a beam search after a text and keeps every step of it. */
export async function searchBeams(
  engine: Pick<Engine, 'generate'>,
  request: LogitsRequest,
  { beams, groups, diversity, tokens, lengthPenalty }: BeamSearch,
  signal: AbortSignal,
): Promise<Pick<BeamsMessage, 'steps' | 'best'>> {
  const config = {
    numBeams: beams,
    numBeamGroups: groups,
    diversityPenalty: groups > 1 ? diversity : 0,
    maxNewTokens: tokens,
    lengthPenalty,
    numReturnSequences: beams,
  };
  const steps: BeamStep[] = [];
  const { sequences } = await engine.generate(
    { ...request, config },
    (event) => event.kind === 'beams' && steps.push(event),
    signal,
  );
  signal.throwIfAborted();
  return { steps, best: sequences.map(({ ids, score, finish }) => ({ ids, score, finish })) };
}
