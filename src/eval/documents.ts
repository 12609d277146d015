import { type EvalCase, sampleCases } from './cases';

/** A text of one writer. */
export interface WritersText {
  readonly path: string;
  readonly text: string;
}

/** About `count` cursors at even distances in all of a writer's texts, in the order of the texts. */
export function documentCases(texts: readonly WritersText[], count: number): EvalCase[] {
  const length = texts.reduce((sum, { text }) => sum + text.length, 0);
  let before = 0;
  return texts.flatMap(({ path, text }, document) => {
    const from = Math.round((before / length) * count);
    before += text.length;
    const wanted = Math.round((before / length) * count) - from;
    const markdown = /\.(?:md|markdown|mdx)$/i.test(path);
    return sampleCases(text, wanted, markdown, text.length).map((place) => ({ ...place, document }));
  });
}
