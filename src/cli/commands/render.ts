import { basename } from 'node:path';
import type { Command } from 'commander';
import markdownIt from 'markdown-it';
import { MarkdownDocument } from '../../core/markdown';
import { askFigure } from '../../pictures/ask';
import { pageOf } from '../../pictures/html';
import { inklingFences, type Known, readBlock } from '../../pictures/markdown';
import { PictureError } from '../../pictures/request';
import { FAILED, readText } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';
import { writeOutput } from '../output';

interface RenderOptions extends ModelOptions {
  readonly html: string;
}

/** `render`: a Markdown document as an HTML page with its `inkling` fences drawn. */
export function addRender(program: Command): void {
  const command = program
    .command('render')
    .summary('turn Markdown into HTML with its inkling blocks drawn')
    .description(
      'Turns a Markdown document into one HTML page without a script. A fenced block whose first word is inkling is ' +
        'drawn: ```inkling next top-k=5 temperature=0.5, with the text as its body. The second word is a kind of ' +
        '`inkling draw`, and its options follow. A block that cannot be drawn says why in its place, and the exit ' +
        'code is 1.',
    )
    .argument('[file]', 'the document; - or nothing reads standard input')
    .option('--html <file>', 'where to write the page; - is standard output', '-');
  withModelOptions(command, 'q8').action(async (file: string | undefined, options: RenderOptions) => {
    const source = withoutFrontMatter(await readText(undefined, { file }));
    const md = markdownIt({ html: true });
    const known = await answers(md, source, options);
    inklingFences(md, (_, key) => known.get(key) ?? { state: 'asked' });
    const name = file === undefined || file === '-' ? 'Standard input' : basename(file);
    writeOutput(options.html, pageOf(titleOf(md, source) ?? name, md.render(source)));
  });
}

/** Removes what the editor treats as front matter. */
function withoutFrontMatter(source: string): string {
  const document = new MarkdownDocument(source);
  let line = 0;
  while (line < document.lines.count && document.inFrontMatter(line)) line++;
  return line < document.lines.count ? source.slice(document.lines.start(line)) : '';
}

/** The model's answer for every valid `inkling` block of the document. */
async function answers(md: markdownIt, source: string, options: RenderOptions): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  const blocks = md.parse(source, {}).flatMap(({ type, info, content }) => {
    const block = type === 'fence' ? readBlock(info, content) : undefined;
    return block ? [block] : [];
  });
  if (blocks.length === 0) return known;
  let failed = blocks.filter(({ request }) => request instanceof PictureError).length;
  const engine = await openEngine(options, 'q8');
  try {
    for (const { key, request } of blocks) {
      if (request instanceof PictureError || known.has(key)) continue;
      try {
        known.set(key, { state: 'known', figure: await askFigure(engine, request, { path: options.model }) });
      } catch (error) {
        failed++;
        known.set(key, { state: 'failed', message: (error as Error).message });
      }
    }
  } finally {
    await engine.dispose();
  }
  if (failed > 0) {
    process.stderr.write(`inkling: ${failed} of ${blocks.length} blocks could not be drawn; the page says why.\n`);
    process.exitCode = FAILED;
  }
  return known;
}

/** The text of the first heading. */
function titleOf(md: markdownIt, source: string): string | undefined {
  const tokens = md.parse(source, {});
  const at = tokens.findIndex(({ type }) => type === 'heading_open');
  return at < 0 ? undefined : tokens[at + 1].content;
}
