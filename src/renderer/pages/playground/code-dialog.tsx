import { useState, type ReactNode } from 'react';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { CodeBlock } from '../../components/copy-field.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { messagesOf, useChat } from '../../stores/chat.ts';
import { toolRequest } from '../../view/chat-tools.ts';
import { codeSample, type SampleLanguage } from '../../view/code-samples.ts';
import { endpointUrl } from '../../view/endpoint.ts';
import { words } from './messages.ts';

const LANGUAGES = [
  { id: 'curl', label: 'curl' },
  { id: 'python', label: 'Python' },
  { id: 'typescript', label: 'TypeScript' },
] as const satisfies readonly { id: SampleLanguage; label: string }[];

export function CodeDialog({
  open,
  onClose,
  model,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly model: string;
}): ReactNode {
  const { actions } = useApp();
  const [language, setLanguage] = useState<SampleLanguage>('curl');
  const status = useAppStatus((state) => state.status);
  const chat = useChat();
  const text =
    status === null
      ? ''
      : codeSample(
          language,
          endpointUrl(status),
          model,
          messagesOf(chat),
          chat.params,
          toolRequest(chat.tools) ?? {},
        );
  return (
    <Dialog open={open} onClose={onClose} title={words.code} width="lg">
      <div className="space-y-3 px-5 pt-3 pb-5">
        <div className="flex items-center gap-3">
          <Choice label={words.codeLanguage} options={LANGUAGES} value={language} onChange={setLanguage} />
          <span className="grow text-sm text-soft">
            {words.putKey} <code>RUNPOD_LLM_KEY</code>.
          </span>
          <Button size="sm" onClick={() => void actions.copyKey()}>
            {words.copyKey}
          </Button>
        </div>
        <CodeBlock label={words.codeIn(language)} text={text} />
      </div>
    </Dialog>
  );
}
