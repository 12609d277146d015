import { basename } from 'node:path';
import { readAddress } from '../../src/engine/endpoint/address';
import { choicesOf } from '../../src/engine/endpoint/givenText';
import { Connection } from '../../src/engine/endpoint/http';
import { ServerError } from '../../src/engine/endpoint/serverError';
import { spellingOf, TokenReader } from '../../src/engine/endpoint/serverTokens';
import { type Exchange, readExchanges, replayServer } from '../support/replayServer';

/** What the client makes of an exchange: the text, or what it says is wrong. */
type Outcome = { readonly text: string } | { readonly trouble: string; readonly message: string };

/** Longer answers are not sent byte by byte. */
const MOST_BYTES = 20_000;

/**
 * Plays every recorded completion to the client, whole and byte by byte, and holds what it makes of it against what the
 * recording says.
 * @returns what was wrong, one sentence each
 */
export async function checkRecordings(files: readonly string[]): Promise<string[]> {
  const failures: string[] = [];
  for (const file of files) {
    const exchanges = readExchanges(file).filter(
      ({ request }) => /\/completions?$/.test(request.path) && request.method === 'POST',
    );
    const troubles = new Map<string, number>();
    for (const exchange of exchanges) {
      const name = `${basename(file)} ${exchange.id}`;
      const outcome = await outcomeOf(exchange, false);
      if ('trouble' in outcome) troubles.set(outcome.trouble, (troubles.get(outcome.trouble) ?? 0) + 1);
      const wrong = judge(exchange, outcome);
      if (wrong) failures.push(`${name}: ${wrong}`);
      if (JSON.stringify(exchange.response.chunks ?? []).length > MOST_BYTES) continue;
      const cut = await outcomeOf(exchange, true);
      if (JSON.stringify(cut).replace(/:\d{4,5}/g, '') !== JSON.stringify(outcome).replace(/:\d{4,5}/g, '')) {
        failures.push(
          `${name}: byte by byte it is another answer: ${JSON.stringify(cut)} and not ${JSON.stringify(outcome)}`,
        );
      }
    }
    const list = [...troubles].map(([trouble, count]) => `${trouble} ${count}`).join(', ');
    console.log(`${basename(file)}: ${exchanges.length} completions${list ? `; refused or broken: ${list}` : ''}`);
  }
  return failures;
}

async function outcomeOf(exchange: Exchange, byteByByte: boolean): Promise<Outcome> {
  const server = await replayServer(() => exchange, { byteByByte });
  const connection = new Connection({ address: readAddress(server.url, false), key: '', silenceMs: 2_000 });
  try {
    const choices: Record<string, unknown>[] = [];
    for await (const event of connection.events('v1/completions', { body: {} })) {
      choices.push(...('choices' in event ? choicesOf(event) : [event]));
    }
    const first = choices.filter(({ index = 0 }) => index === 0);
    const reader = new TokenReader(first.map(spellingOf).find((spelling) => spelling !== 'text') ?? 'text');
    return {
      text: first
        .flatMap((choice) => reader.read(choice))
        .map((token) => token.text)
        .join(''),
    };
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    return { trouble: error.trouble, message: error.message };
  } finally {
    connection.dispose();
    await server.close();
  }
}

/** @returns what is wrong with an outcome */
function judge({ response }: Exchange, outcome: Outcome): string | undefined {
  const { status, end = '' } = response;
  const cutOff = status === undefined || !end.startsWith('complete');
  if ('trouble' in outcome) {
    if (/\n| {4}at /.test(outcome.message)) return `the message is no sentence: ${outcome.message}`;
    if (cutOff || status !== 200 || /"error"/.test(textOf(response))) return undefined;
    return `an answer was taken for a failure: ${outcome.message}`;
  }
  if (status !== 200) return `a refusal (${status}) was taken for an answer`;
  const wanted = writtenIn(textOf(response));
  // mlx-lm cuts the first space, which the names of its tokens have.
  return outcome.text.trimStart() === wanted.trimStart() ? undefined : `“${outcome.text}” and not “${wanted}”`;
}

function textOf({ chunks = [] }: Exchange['response']): string {
  const parts = chunks.map(({ text, base64 }) =>
    base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'),
  );
  return Buffer.concat(parts).toString();
}

/** The text of an answer's first choice, read without Inkling's reader. */
function writtenIn(body: string): string {
  const datas = body.startsWith('{')
    ? [body]
    : body.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : []));
  return datas
    .flatMap((data) => {
      const { choices, content, index } = JSON.parse(data);
      return choices ?? [{ text: content, index }];
    })
    .filter((choice) => (choice.index ?? 0) === 0)
    .map((choice) => choice.text ?? '')
    .join('');
}
