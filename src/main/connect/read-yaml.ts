import { isMap, parseDocument, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { foundWords, lineAt, TextError } from './text-error.ts';

/** One element of a list that stands at the top of the file. */
export interface YamlItem {
  /** Key of the list. */
  readonly list: string;
  /** The element is known by the value of this key of its. */
  readonly idKey: string;
  readonly id: string;
}

/** @throws TextError */
export function readYaml(text: string) {
  const doc = parseDocument(text, {
    keepSourceTokens: true,
    prettyErrors: false,
    // Its warnings show what is in the file.
    logLevel: 'error',
  });
  const [first] = doc.errors;
  if (first === undefined) return doc;
  const message =
    first.code === 'MULTIPLE_DOCS' ? 'a second document begins here' : foundWords(first.message);
  throw new TextError(message, lineAt(text, first.pos[0]));
}

/** @throws TextError where anchors grow without bound */
export function plainYaml(doc: ReturnType<typeof readYaml>): unknown {
  try {
    return doc.toJS();
  } catch (error) {
    throw new TextError(error instanceof Error ? error.message : 'its anchors cannot be followed', 1);
  }
}

export const asRecord = (value: unknown): Record<string, unknown> => ({ ...Object(value) });

export function ownItem(list: YAMLSeq, { idKey, id }: YamlItem): YAMLMap | undefined {
  return list.items.filter(isMap).find((item) => item.get(idKey) === id);
}

export const startOf = (node: Node): number => node.range?.[0] ?? 0;
export const endOf = (node: Node): number => node.range?.[1] ?? 0;
