import { isDeepStrictEqual } from 'node:util';
import { applyEdits, findNodeAtLocation, type Edit, type Node } from 'jsonc-parser';
import { AppError } from '../../shared/errors.ts';
import { commaAfter, readJsonc, saysNothing, valueOf } from './read-jsonc.ts';
import { notKept } from './text-error.ts';

const BOM = '\ufeff';

/**
 * The text without what stands at a path, and without the objects around it that hold nothing else; all other lines stay
 * as they are. null = nothing stands there. @throws TextError
 */
export function takeOutJson(text: string, path: readonly string[]): string | null {
  const mark = text.startsWith(BOM) ? BOM : '';
  const old = text.slice(mark.length);
  if (saysNothing(old)) return null;
  const root = readJsonc(old);
  const depth = depthToRemove(old, root, path);
  if (depth === 0) return null;
  const removed = path.slice(0, depth);
  const rest = applyEdits(old, removal(old, root, removed));
  if (!isDeepStrictEqual(valueOf(readJsonc(rest)), without(valueOf(root), removed))) {
    throw notKept();
  }
  return mark + rest;
}

/** How much of the path goes: objects that hold nothing but what goes, comments included, go with it. */
function depthToRemove(text: string, root: Node, path: readonly string[]): number {
  if (findNodeAtLocation(root, [...path]) === undefined) return 0;
  for (let depth = path.length; depth > 1; depth--) {
    const holder = findNodeAtLocation(root, path.slice(0, depth - 1));
    const [only, second] = holder?.children ?? [];
    if (holder === undefined || only === undefined || second !== undefined) return depth;
    const around =
      text.slice(holder.offset, only.offset) +
      text.slice(only.offset + only.length, holder.offset + holder.length);
    if (/[^\s{},]/.test(around)) return depth;
  }
  return 1;
}

function removal(text: string, root: Node, path: readonly string[]): Edit[] {
  const property = findNodeAtLocation(root, [...path])?.parent;
  const siblings = property?.parent?.children ?? [];
  if (property === undefined) throw new AppError('internal', 'What is taken out has no key.');
  const comma = commaAfter(text, property);
  const before = /(?:\r?\n)?[ \t]*$/.exec(text.slice(0, property.offset))?.[0] ?? '';
  const end = comma === null ? property.offset + property.length : comma + 1;
  const offset = property.offset - before.length;
  const own: Edit = { offset, length: end - offset, content: '' };
  const previous = siblings[siblings.indexOf(property) - 1];
  const spare = previous === undefined || comma !== null ? null : commaAfter(text, previous);
  return spare === null ? [own] : [{ offset: spare, length: 1, content: '' }, own];
}

function without(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  return Object.fromEntries(
    Object.entries(Object(value)).flatMap(([name, inner]): [string, unknown][] => {
      if (name !== key) return [[name, inner]];
      return rest.length === 0 ? [] : [[name, without(inner, rest)]];
    }),
  );
}
