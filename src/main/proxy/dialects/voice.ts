import type { AppError } from '../../../shared/errors.ts';
import type { Flow } from '../flow.ts';

/** How an open stream speaks while there is no answer yet, and when there will be none (CLIENTS 2.2.2). One a stream. */
export interface Voice {
  /** Longest silence this dialect's clients are known to bear. */
  readonly beatMs: number;
  readonly contentType: string;
  /** What opens a stream that is committed before the model server answered; null = nothing. */
  open(): Buffer | null;
  /** `begun` = events of the answer have gone out. */
  beat(begun: boolean): Buffer;
  /** Joins the model server's stream to one that `open` began. */
  adopt(flow: Flow): Flow;
  /** The last thing the client hears when the answer breaks off; null = only a broken connection says it truly. */
  error(error: AppError): Buffer | null;
}

export interface VoiceContext {
  readonly requestId: string;
  readonly model: string;
  /** Wall-clock seconds. */
  readonly created: number;
}

/** A pure comment with a single line end: a blank line after it, or the text `: ping`, breaks known clients. */
export const COMMENT_BEAT = Buffer.from(': keep-alive\n');
