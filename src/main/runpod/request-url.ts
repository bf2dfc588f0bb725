import { AppError } from '../../shared/errors.ts';

type QueryValue = string | number | boolean | readonly string[] | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

/**
 * Fills a path template. Ids are data: one that is empty or made of dots would turn `DELETE /pods/{id}` into a call on
 * the whole list.
 * @throws AppError invalid_input
 */
export function fillPath(template: string, params: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    if (/^\.{0,2}$/.test(value)) throw new AppError('invalid_input', `"${value}" is not a RunPod ${name}.`);
    return encodeURIComponent(value);
  });
}

/** Lists are comma-separated (`explode: false` everywhere in the document); undefined values are left out. */
export function queryString(query: Query): string {
  const parts = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = Array.isArray(value)
      ? value.map(encodeURIComponent).join(',')
      : encodeURIComponent(String(value));
    return [`${encodeURIComponent(name)}=${text}`];
  });
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
