import type { Rectangle } from 'electron';

/** A menu as a person sees it. */
export interface SeenItem {
  readonly label: string;
  readonly type: 'separator' | 'normal' | 'checkbox' | 'submenu' | 'role';
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly accelerator: string | null;
  readonly items: readonly SeenItem[];
}

export interface SeenWindow {
  readonly url: string;
  readonly visible: boolean;
  readonly focused: boolean;
  readonly bounds: Rectangle;
}

/** Everything that the system around the app would show. */
export interface Seen {
  readonly tray: {
    readonly icon: string;
    readonly isTemplate: boolean;
    readonly tooltip: string;
    readonly title: string;
    readonly menu: readonly SeenItem[];
  } | null;
  readonly windows: readonly SeenWindow[];
  readonly notifications: readonly {
    readonly title: string;
    readonly body: string;
    readonly actions: readonly string[];
  }[];
  /** Boxes that wait for an answer. */
  readonly dialogs: readonly {
    readonly message: string;
    readonly detail: string;
    readonly buttons: readonly string[];
  }[];
  readonly appMenu: readonly SeenItem[];
  readonly openedLinks: readonly string[];
  readonly openedPaths: readonly string[];
  readonly clipboard: string;
  readonly badge: number;
  readonly protocolClient: { readonly scheme: string } | null;
  readonly loginItem: { readonly openAtLogin: boolean };
  readonly crashReporter: { readonly started: boolean; readonly uploadToServer: boolean | undefined };
  /** Requests of pages that were not for the app's own files. */
  readonly network: readonly string[];
}

/** What a test can do to the app from outside. */
export type Command =
  | { readonly do: 'see' }
  | { readonly do: 'click-tray'; readonly button: 'left' | 'right' }
  | { readonly do: 'click-menu'; readonly menu: 'tray' | 'app'; readonly path: readonly string[] }
  | { readonly do: 'answer'; readonly label: string }
  | { readonly do: 'click-notification'; readonly title: string; readonly action: string | null }
  | { readonly do: 'close-window'; readonly url: string }
  | { readonly do: 'move-window'; readonly url: string; readonly bounds: Rectangle }
  | { readonly do: 'blur' }
  | { readonly do: 'crash-page'; readonly url: string }
  | { readonly do: 'hang-page'; readonly url: string }
  | { readonly do: 'power'; readonly event: 'suspend' | 'resume' | 'lock-screen' | 'shutdown' }
  | { readonly do: 'online'; readonly on: boolean }
  | { readonly do: 'dark'; readonly on: boolean }
  | { readonly do: 'open-url'; readonly url: string }
  | { readonly do: 'displays'; readonly areas: readonly Rectangle[] }
  | { readonly do: 'quit' }
  | {
      readonly do: 'forge';
      readonly channel: string;
      readonly kind: 'invoke' | 'send';
      readonly args: readonly unknown[];
      readonly frame: { readonly url: string; readonly isMain: boolean } | null;
      /** Ours = the main window's web-contents; stranger = one that the app never made. */
      readonly sender: 'ours' | 'stranger';
    }
  | {
      readonly do: 'permission';
      readonly permission: string;
      readonly url: string;
      readonly isMainFrame: boolean;
    }
  | { readonly do: 'download'; readonly url: string; readonly hasGesture: boolean }
  | { readonly do: 'throw' }
  | { readonly do: 'answer-sync'; readonly label: string }
  | { readonly do: 'loaded' }
  | { readonly do: 'memory' };

export interface Asked {
  readonly id: number;
  readonly command: Command;
}

export type Told =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string }
  /** Milestones of the start, in ms since the app's module began to load. */
  | { readonly milestone: 'evaluated' | 'tray' | 'window'; readonly ms: number }
  /** `rss` is the process's memory before the app's first line: Node and what drives Chromium, in bytes. */
  | { readonly started: { readonly devtools: string; readonly rss: number } };
