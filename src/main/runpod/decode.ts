import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';

/**
 * How an answer becomes a T: the schema checks what the app relies on and fills harmless gaps; for the rest RunPod's
 * document, where T comes from, is believed. Unknown fields and enum values pass (FACTS 0).
 */
export interface Shape<T> {
  readonly schema: z.ZodType;
  /** @throws AppError runpod_bad_answer naming the path and what was expected there, never the value */
  decode(body: string, from: AnswerSource): T;
}

/** Where an answer came from, for the error that says it cannot be read. */
interface AnswerSource {
  /** Method and path template. */
  readonly route: string;
  readonly requestId: string | undefined;
  /** false = it changed something, and did so although its answer is unreadable. */
  readonly repeatable: boolean;
}

export function shape<T>(schema: z.ZodType): Shape<T> {
  const believed = z.custom<T>();
  return {
    schema,
    decode(body, from) {
      const json = parseJson(body);
      if (json === undefined) throw badAnswer(from, 'it is not JSON', '');
      const result = schema.safeParse(json);
      if (result.success) return believed.parse(result.data);
      const issue = result.error.issues[0];
      const path = z.core.toDotPath(issue?.path ?? []);
      throw badAnswer(from, `${path === '' ? 'the answer' : path}: ${issue?.message ?? 'invalid'}`, path);
    },
  };
}

/** One page of a wrapped list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** null on the last page. A list without `pagination` is one complete page. */
  readonly nextCursor: string | null;
}

const paginationSchema = z
  .looseObject({ hasNextPage: z.boolean().nullish(), nextCursor: z.string().nullish() })
  .transform(({ hasNextPage, nextCursor }, context) => {
    if (hasNextPage !== true) return null;
    // A list cut short without a word could hide a pod that bills.
    if (!nextCursor) context.addIssue('a further page without a cursor');
    return nextCursor ?? null;
  })
  .nullish();

/** A list wrapped under `key`, `{pods: [...]}`, with or without `pagination` (FACTS 0). */
export function pageShape<T>(key: string, item: Shape<T>): Shape<Page<T>> {
  const wrapper = z.looseObject({ [key]: z.array(item.schema), pagination: paginationSchema });
  return shape<Page<T>>(
    wrapper.transform((list) => ({ items: list[key], nextCursor: list['pagination'] ?? null })),
  );
}

/** undefined when it is not JSON. The parser's own error is dropped: it quotes the text, which may hold secrets. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badAnswer({ route, requestId, repeatable }: AnswerSource, why: string, path: string): AppError {
  return new AppError('runpod_bad_answer', `RunPod's answer to ${route} is not understood: ${why}.`, {
    requestId,
    details: { route, path, ...(repeatable ? {} : { mayHaveHappened: true }) },
  });
}
