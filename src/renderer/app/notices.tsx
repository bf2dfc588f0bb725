import { CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Button, IconButton } from '../components/button.tsx';
import { cx } from '../components/cx.ts';
import { Dialog } from '../components/dialog.tsx';
import { dismiss, markRead, useNotices, type Notice } from '../stores/notices.ts';
import { closePanel, useShell } from '../stores/shell.ts';
import { ago } from '../view/format.ts';
import { delay, useNow } from './clock.ts';
import { shell } from './messages.ts';
import { navigate } from './router.ts';
import { SweepToast } from './sweep-toast.tsx';

const SUCCESS_STAYS_MS = 6000;
/** Long enough to press its button. */
const WITH_ACTION_STAYS_MS = 15_000;

/**
 * Good news stays for some seconds unless looked at, bad news until dismissed (UX 3.7). Under the page's head, where
 * they cover neither its buttons nor those at its foot.
 */
export function Toasts(): ReactNode {
  const toasts = useNotices((state) => state.toasts);
  return (
    <div
      role="region"
      aria-label={shell.messages}
      className="pointer-events-none fixed top-24 right-4 z-30 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2"
    >
      <SweepToast />
      {toasts.map((toast) => (
        <Toast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function Toast({ toast }: { readonly toast: Notice }): ReactNode {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || toast.tone === 'bad') return;
    const leaving = new AbortController();
    void delay(toast.action === null ? SUCCESS_STAYS_MS : WITH_ACTION_STAYS_MS, leaving.signal).then(() => {
      if (!leaving.signal.aborted) dismiss(toast.id);
    });
    return () => leaving.abort();
  }, [held, toast]);
  return (
    <div
      className="pointer-events-auto flex animate-appear gap-3 rounded-lg border border-line bg-raised p-3 shadow-pop"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <ToneIcon tone={toast.tone} />
      <div role={toast.tone === 'bad' ? 'alert' : 'status'} className="min-w-0 grow">
        <p className="font-medium break-words">{toast.title}</p>
        {toast.body !== null && <p className="mt-0.5 text-sm break-words text-soft">{toast.body}</p>}
        <NoticeAction notice={toast} after={() => dismiss(toast.id)} />
      </div>
      <IconButton
        label={shell.dismissOne(toast.title)}
        title={shell.dismiss}
        icon={<X size={14} aria-hidden />}
        onClick={() => dismiss(toast.id)}
      />
    </div>
  );
}

function NoticeAction({ notice, after }: { readonly notice: Notice; readonly after: () => void }): ReactNode {
  const action = notice.action;
  if (action === null) return null;
  return (
    <Button
      size="sm"
      className="mt-2"
      onClick={() => {
        if (action.href !== undefined) navigate(action.href);
        action.run?.();
        after();
      }}
    >
      {action.label}
    </Button>
  );
}

function ToneIcon({ tone }: { readonly tone: Notice['tone'] }): ReactNode {
  const Icon = tone === 'bad' ? TriangleAlert : tone === 'info' ? Info : CircleCheck;
  const color = tone === 'bad' ? 'text-bad' : tone === 'info' ? 'text-busy' : 'text-ok';
  return <Icon size={17} aria-hidden className={cx('mt-0.5 shrink-0', color)} />;
}

/** Everything that was said since the page was opened. */
export function NoticesPanel(): ReactNode {
  const open = useShell((state) => state.panel === 'notices');
  return (
    <Dialog open={open} onClose={() => open && closePanel()} title={shell.notices.title}>
      {open && <NoticeList />}
    </Dialog>
  );
}

function NoticeList(): ReactNode {
  const past = useNotices((state) => state.past);
  const nowMs = useNow(10_000);
  useEffect(markRead, [past]);
  if (past.length === 0) return <p className="px-5 pt-2 pb-6 text-soft">{shell.notices.empty}</p>;
  return (
    <ul className="mt-3 max-h-[60vh] divide-y divide-line overflow-y-auto border-t border-line">
      {past.map((notice) => (
        <li key={notice.id} className="flex gap-3 px-5 py-3">
          <ToneIcon tone={notice.tone} />
          <div className="min-w-0 grow">
            <p className="font-medium">{notice.title}</p>
            {notice.body !== null && <p className="text-sm text-soft">{notice.body}</p>}
            <NoticeAction notice={notice} after={closePanel} />
          </div>
          <time className="num shrink-0 text-sm text-faint" dateTime={new Date(notice.at).toISOString()}>
            {ago(new Date(notice.at).toISOString(), nowMs)}
          </time>
        </li>
      ))}
    </ul>
  );
}
