import * as vscode from 'vscode';
import { normaliseLineBreaks } from '../../core/text/lines';
import type { Suggestion } from '../../engine/api';
import { wholeText } from '../documentText';
import type { PassageLink } from '../ghostText/why';

/** For each passage that a suggestion's words come from, by `uri#offset`, a link to its line. */
export async function linksTo(suggestions: readonly Suggestion[]): Promise<ReadonlyMap<string, PassageLink>> {
  const links = new Map<string, PassageLink>();
  const texts = new Map<string, string | undefined>();
  for (const passage of suggestions.flatMap(({ tokens }) => tokens.map(({ origin }) => origin?.passage))) {
    if (passage === undefined) continue;
    if (!texts.has(passage.uri)) texts.set(passage.uri, await textOf(passage.uri));
    const line = texts.get(passage.uri)?.slice(0, passage.offset).split('\n').length;
    const uri = vscode.Uri.parse(passage.uri);
    const name = vscode.workspace.asRelativePath(uri, false);
    links.set(`${passage.uri}#${passage.offset}`, {
      label: line === undefined ? name : vscode.l10n.t('{0}, line {1}', name, line),
      uri: `${passage.uri}${line === undefined ? '' : `#L${line}`}`,
    });
  }
  return links;
}

/** The current text of an open document, or of a file; undefined where it no longer exists. */
async function textOf(name: string): Promise<string | undefined> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === name);
  if (document) return wholeText(document);
  try {
    return normaliseLineBreaks(new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(name))));
  } catch {
    return undefined;
  }
}
