import { SendHorizontal, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { isMac } from '../../app/keyboard.ts';
import { shownKey } from '../../app/keys.ts';
import { Button, SpendButton } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { beginTurn, editLast, useChat } from '../../stores/chat.ts';
import { useQuotes, type Quote } from '../../stores/quotes.ts';
import { toolRequest } from '../../view/chat-tools.ts';
import { priceOf, priceUp, type RunKind } from '../../view/format.ts';
import { words } from './messages.ts';
import { ImageStrip, PickImage } from './image-strip.tsx';
import { useImages } from './use-images.ts';
import { AGAIN } from './use-playground-keys.ts';

/** Where the next question is written. */
export const MESSAGE_ID = 'playground-message';

export function Composer({
  models,
  views,
}: {
  /** One, or two that are compared. */
  readonly models: readonly string[];
  readonly views: readonly DeploymentView[];
}): ReactNode {
  const { chat } = useApp();
  const text = useChat((state) => state.text);
  const busy = useChat((state) => state.busy);
  const pictured = useChat((state) => state.images.length > 0);
  const images = useImages();
  const quotes = useQuotes((state) => state.byId);
  const sleepers = views.filter((view) => view.actions.includes('start') && view.state !== 'ready');
  const asleep = sleepers.length > 0;
  const price = startPrice(sleepers, quotes);
  const wrong = useChat((state) => toolRequest(state.tools) === null);
  const empty = text.trim() === '' && !pictured ? words.writeFirst : wrong ? words.tools.correct : null;
  const send = (): void => {
    if (empty !== null || busy) return;
    beginTurn(text.trim(), models).forEach((id, side) => chat.ask(models[side] ?? '', id));
  };
  return (
    <form
      className={cx('shrink-0 border-t border-line bg-surface px-5 py-3', images.over && 'bg-accent-soft')}
      {...images.drop}
      onSubmit={(event) => {
        event.preventDefault();
        if (!asleep || price !== null) send();
      }}
    >
      <div className="mx-auto max-w-3xl">
        <ImageStrip />
        <label htmlFor={MESSAGE_ID} className="sr-only">
          {words.message}
        </label>
        <textarea
          id={MESSAGE_ID}
          rows={Math.min(8, Math.max(2, text.split('\n').length))}
          className="field h-auto w-full resize-none py-2"
          placeholder={images.over ? words.image.drop : `${words.placeholder} (${models.join(', ')})`}
          value={text}
          onChange={(event) => useChat.setState({ text: event.target.value })}
          onPaste={images.onPaste}
          onKeyDown={(event) => {
            if (event.key === 'ArrowUp' && text === '' && !busy && editLast()) return event.preventDefault();
            // While a character is being composed, Enter ends the composition.
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        <div className="mt-2 flex items-center gap-3">
          <PickImage onPick={(files) => void images.take(files)} />
          <p className="grow text-sm text-faint">
            {busy
              ? words.keysBusy
              : [words.keys, words.keysEdit, words.keysAgain(shownKey(AGAIN, isMac))].join(', ')}
          </p>
          {busy ? (
            <Button icon={<Square size={13} aria-hidden />} onClick={() => chat.stop()}>
              {words.stop}
            </Button>
          ) : asleep ? (
            <SpendButton type="submit" look="primary" verb={words.wake} usdPerHour={price} blocked={empty} />
          ) : (
            <Button
              type="submit"
              look="primary"
              icon={<SendHorizontal size={14} aria-hidden />}
              blocked={empty}
            >
              {words.send}
            </Button>
          )}
        </div>
      </div>
    </form>
  );
}

/** Of all that have to be started together; null while one of them is not known. */
function startPrice(
  sleepers: readonly DeploymentView[],
  quotes: Readonly<Record<string, { readonly quote: Quote }>>,
): string | null {
  let usdPerHour = 0;
  let kind: RunKind = 'serverless';
  for (const { id } of sleepers) {
    const quote = quotes[id]?.quote;
    if (quote?.state !== 'known') return null;
    usdPerHour += quote.usdPerHour;
    if (quote.kind === 'pod') kind = 'pod';
  }
  return priceOf(kind, priceUp(usdPerHour));
}
