import type { Healing, Hypothesis, Step } from '../../core/completion/healing';
import type { Likeliest } from './likeliest';
import type { ServerVocabulary } from './serverVocabulary';

/** What was looked at while the typed text was spelled. */
interface Look {
  /** Probability of the tokens before. */
  readonly weight: number;
  /** What of the typed text was left. */
  readonly rest: string;
  readonly from: Likeliest;
}

/**
 * Token healing with what a server tells: finds the tokens that spell the typed end of the text, and perhaps more, as
 * the model would have written them. See `heal`, which sees the whole distribution.
 */
export class TypedText {
  readonly #vocabulary: ServerVocabulary;
  /** What was typed. */
  readonly text: string;
  readonly #steps: Step[] = [];
  readonly #looks: Look[] = [];
  #rest: string;
  #logprob = 0;

  constructor(typed: string, vocabulary: ServerVocabulary) {
    this.text = typed;
    this.#rest = typed;
    this.#vocabulary = vocabulary;
  }

  /** What is not spelled yet. */
  get rest(): string {
    return this.#rest;
  }

  /** The tokens so far. */
  get hypothesis(): Hypothesis {
    return { steps: this.#steps, logprob: this.#logprob };
  }

  /** What they spell. */
  get spelled(): string {
    return this.#vocabulary.decode(this.#steps.map(({ id }) => id));
  }

  /** The beginnings that differ in what they add to the typed text, but for the one that was taken; likeliest first. */
  get others(): Hypothesis[] {
    const look = this.#looks.at(-1);
    const last = this.#steps.at(-1);
    if (!look || !last) return [];
    const before = { steps: this.#steps.slice(0, -1), logprob: this.#logprob - last.logprob };
    return this.#covering(look)
      .filter((id) => id !== last.id && this.#vocabulary.tokenText(id).length > look.rest.length)
      .map((id) => after(before, stepOf(id, look.from, last.id)));
  }

  /**
   * Takes the likeliest token that spells all that is left of the typed text, else one that spells its beginning.
   * @returns its id; undefined where the server names none
   */
  take(from: Likeliest): number | undefined {
    const look: Look = { weight: Math.exp(this.#logprob), rest: this.#rest, from };
    const [covering, second] = this.#covering(look);
    const beginning = from.best(Number.POSITIVE_INFINITY).filter((id) => {
      const text = this.#vocabulary.tokenText(id);
      return text.length < this.#rest.length && this.#rest.startsWith(text);
    });
    const id = covering ?? (beginning.includes(from.chosen) ? from.chosen : beginning[0]);
    if (id === undefined) return undefined;
    this.#looks.push(look);
    const step = stepOf(id, from, id === covering ? second : beginning.find((other) => other !== id));
    this.#steps.push(step);
    this.#logprob += step.logprob;
    this.#rest = this.#rest.slice(this.#vocabulary.tokenText(id).length);
    return id;
  }

  /** How likely the typed text was, and how it may go on, as far as the server tells. */
  get healing(): Pick<Healing, 'typedMass' | 'ended' | 'goesOn'> {
    const mass = (rest: (look: Look) => string, whole = false) =>
      this.#looks.reduce((sum, look) => {
        const ids = look.from.ids.filter((id) => {
          const text = this.#vocabulary.tokenText(id);
          return !this.#vocabulary.isSpecial(id) && (whole ? text === rest(look) : text.startsWith(rest(look)));
        });
        return sum + look.weight * look.from.mass(ids);
      }, 0);
    const typed = this.text === '' ? 1 : mass(({ rest }) => rest);
    // A server that gives no log-probabilities says nothing of what was typed.
    const typedMass = typed > 0 ? Math.min(1, typed) : 1;
    return {
      typedMass,
      ended: this.text === '' ? 1 : mass(({ rest }) => rest, true) / typedMass,
      goesOn: (bytes) => {
        const next = new TextDecoder().decode(bytes);
        return this.text === '' ? 0 : mass(({ rest }) => rest + next) / typedMass;
      },
    };
  }

  /** Tokens that spell what is left, likeliest first; spaces that were typed do not become more of them. */
  #covering({ rest, from }: Look): number[] {
    const endsInSpace = /[ \t]$/.test(rest);
    return from.best(Number.POSITIVE_INFINITY).filter((id) => {
      if (this.#vocabulary.isSpecial(id)) return false;
      const text = this.#vocabulary.tokenText(id);
      return text.startsWith(rest) && !(endsInSpace && /^[ \t]/.test(text.slice(rest.length)));
    });
  }
}

function after({ steps, logprob }: Hypothesis, step: Step): Hypothesis {
  return { steps: [...steps, step], logprob: logprob + step.logprob };
}

export function stepOf(id: number, from: Likeliest, other: number | undefined): Step {
  return { id, logprob: from.logprob(id), from, runnerUp: other === undefined ? null : from.candidate(other) };
}
