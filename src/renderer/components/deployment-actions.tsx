import {
  Ellipsis,
  ExternalLink,
  MessageSquare,
  Pencil,
  Play,
  RotateCw,
  Square,
  Trash2,
  Copy,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../shared/model.ts';
import { useApp } from '../app/app-context.ts';
import { navigate, to } from '../app/router.ts';
import { useQuotes } from '../stores/quotes.ts';
import { priceUp } from '../view/format.ts';
import { Button, IconButton, SpendButton } from './button.tsx';
import { Menu, MenuItem, MenuLine } from './menu.tsx';

/** The one main button of a deployment, as RunPod's actions allow: stop what bills, start what sleeps, at its price. */
export function MainAction({
  view,
  size = 'sm',
}: {
  readonly view: DeploymentView;
  readonly size?: 'sm' | 'md';
}): ReactNode {
  const { actions } = useApp();
  const quote = useQuotes((state) => state.byId[view.id]?.quote);
  if (view.actions.includes('stop')) {
    return (
      <Button
        size={size}
        icon={<Square size={13} aria-hidden />}
        onClick={() => void actions.stop(view)}
        aria-label={`Stop ${view.name}`}
      >
        Stop
      </Button>
    );
  }
  if (!view.actions.includes('start')) return null;
  const price = quote?.state === 'known' ? priceUp(quote.usdPerHour) : null;
  return (
    <SpendButton
      size={size}
      look="secondary"
      icon={<Play size={13} aria-hidden />}
      verb="Start"
      usdPerHour={price}
      aria-label={price === null ? `Start ${view.name}, asking the price` : `Start ${view.name} for ${price}`}
      blocked={quote?.state === 'unknown' ? `No price: ${quote.reason}` : null}
      onClick={() => quote?.state === 'known' && void actions.start(view, quote.usdPerHour)}
    />
  );
}

export function MoreMenu({ view }: { readonly view: DeploymentView }): ReactNode {
  const { actions } = useApp();
  const icon = { size: 15, 'aria-hidden': true } as const;
  return (
    <Menu
      trigger={
        <IconButton label={`More for ${view.name}`} title="More" icon={<Ellipsis size={16} aria-hidden />} />
      }
    >
      <MenuItem icon={<ExternalLink {...icon} />} onSelect={() => navigate(to.deployment(view.name))}>
        Open details
      </MenuItem>
      <MenuItem icon={<MessageSquare {...icon} />} onSelect={() => navigate(to.playground(view.name))}>
        Chat
      </MenuItem>
      <MenuItem icon={<Copy {...icon} />} onSelect={() => void actions.copyEndpoint()}>
        Copy endpoint URL
      </MenuItem>
      <MenuLine />
      {view.actions.includes('restart') && (
        <MenuItem icon={<RotateCw {...icon} />} onSelect={() => void actions.restart(view)}>
          Restart…
        </MenuItem>
      )}
      {view.actions.includes('edit') && (
        <MenuItem icon={<Pencil {...icon} />} onSelect={() => navigate(to.deployment(view.name, 'settings'))}>
          Edit
        </MenuItem>
      )}
      <MenuItem icon={<Copy {...icon} />} onSelect={() => navigate(to.deploy({ from: view.name }))}>
        Duplicate
      </MenuItem>
      {view.actions.includes('terminate') && (
        <>
          <MenuLine />
          <MenuItem icon={<Trash2 {...icon} />} tone="danger" onSelect={() => void actions.terminate(view)}>
            Delete…
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
