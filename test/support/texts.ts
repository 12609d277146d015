import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

/*
 * Finds what a reader of the source would take for a text that a user sees, and where it is translated.
 */

/** A text in the source, and where. */
export interface Found {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Where a text stands that is read, be it a single word: fields of objects and attributes of elements. */
const READ_PLACES =
  /^(title|tooltip|placeHolder|placeholder|prompt|label|description|detail|message|openLabel|aria-label|aria-roledescription|aria-valuetext|alt)$/;
/** Calls whose texts are not for users of the editor: the log is for those who help, and stays in English. */
const UNREAD_CALLS =
  /^(?:log|this\.#log|this\.#parts\.log|parts\.log|console)\.\w+$|^(?:registerCommand|executeCommand)$/;
/** Elements in a template, whole or cut by a value; what is left is read. */
const MARKUP = /<[a-z!/][^<>]*>?|^[^<>{}]*["'][^<>]*>/gi;

/** Attributes of elements that hold lists of names. */
const UNREAD_PLACES = /^(class|className|style|d|viewBox|points|transform|aria-labelledby|aria-describedby)$/;

const isTranslation = (call: string) => /^(?:(?:vscode\.)?l10n\.)?t$/.test(call);

/** Texts that are read and not translated. */
export function straysIn(file: string): Found[] {
  const source = readFileSync(file, 'utf8');
  const strays: Found[] = [];
  const visit = (node: Node, place: string, hides: boolean): void => {
    const text = textOf(node)?.replaceAll(MARKUP, ' ').trim();
    if (text !== undefined) {
      const isRead = node.type === 'JSXText' || READ_PLACES.test(place) ? /\p{L}{2}/u.test(text) : isSentence(text);
      if (isRead && !hides) {
        strays.push({ file, line: source.slice(0, node.start).split('\n').length, text });
      }
    }
    for (const [field, child] of childrenOf(node)) {
      visit(child, placeOf(node, field) ?? place, hides || isHidden(node, field, source));
    }
  };
  visit(parseSync(file, source).program as unknown as Node, '', false);
  return strays;
}

/** Translations that are made when their module is loaded: the language is not known then. */
export function earlyTranslationsIn(file: string): Found[] {
  const source = readFileSync(file, 'utf8');
  const early: Found[] = [];
  const visit = (node: Node): void => {
    if (/Function/.test(node.type) || node.type === 'MethodDefinition') return;
    if (node.type === 'PropertyDefinition' && node.static !== true) return;
    if (node.type === 'CallExpression' && isTranslation(nameOf(node, source))) {
      early.push({
        file,
        line: source.slice(0, node.start).split('\n').length,
        text: source.slice(node.start).split('\n')[0],
      });
    }
    for (const [, child] of childrenOf(node)) visit(child);
  };
  visit(parseSync(file, source).program as unknown as Node);
  return early;
}

function textOf(node: Node): string | undefined {
  if (node.type === 'JSXText') return String(node.value);
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateElement') return (node.value as { cooked: string }).cooked;
  return undefined;
}

/** Words beside each other, of which one has nothing but letters. */
function isSentence(text: string): boolean {
  return /\p{L}{2,}[\p{P}]*\s+[\p{P}]*\p{L}|^\s+\p{L}{2}|\p{L}{2}[\p{P}]*\s+$/u.test(text);
}

function nameOf(call: Node, source: string): string {
  const { start, end } = call.callee as { start: number; end: number };
  return source.slice(start, end);
}

function isHidden(node: Node, field: string, source: string): boolean {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
      return field === 'source';
    case 'TSLiteralType':
    case 'TSTemplateLiteralType':
    case 'TaggedTemplateExpression':
      return true;
    case 'BinaryExpression':
      return /^(?:[!=]==?|in)$/.test(String(node.operator));
    case 'SwitchCase':
      return field === 'test';
    case 'Property':
    case 'PropertyDefinition':
      return field === 'key';
    case 'JSXAttribute':
      return UNREAD_PLACES.test((node.name as { name: string }).name);
    case 'CallExpression': {
      const name = nameOf(node, source);
      return field === 'arguments' && (isTranslation(name) || UNREAD_CALLS.test(name));
    }
    default:
      return false;
  }
}

/** The name of the field or the attribute that a value is for. */
function placeOf(node: Node, field: string): string | undefined {
  const named =
    (node.type === 'Property' && field === 'value' && node.key) ||
    (node.type === 'JSXAttribute' && field === 'value' && node.name) ||
    (node.type === 'AssignmentExpression' && field === 'right' && (node.left as Node).property);
  if (named) return String((named as { name?: string; value?: string }).name ?? (named as { value?: string }).value);
  // What a condition or a choice yields is for the same place; what is within a call or an object is not.
  return /^(?:ConditionalExpression|LogicalExpression|TemplateLiteral|JSXExpressionContainer|ParenthesizedExpression|TSAsExpression|TSSatisfiesExpression)$/.test(
    node.type,
  ) && field !== 'test'
    ? undefined
    : '';
}

function childrenOf(node: Node): (readonly [string, Node])[] {
  return Object.entries(node).flatMap(([field, value]) => {
    return [value]
      .flat()
      .filter(isNode)
      .map((child) => [field, child] as const);
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
