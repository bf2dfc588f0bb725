import type { CloudAccess } from './cloud.ts';
import type { ClientFolders } from './connect/client-folders.ts';
import type { Log } from './logs/log.ts';
import type { Clock } from './platform/clock.ts';
import type { Ids } from './platform/ids.ts';
import type { Random } from './platform/random.ts';
import type { AppSecretStore } from './secrets/create-secret-store.ts';
import type { AppConfig } from './settings/app-config.ts';
import type { TargetKeys } from './secrets/target-keys.ts';
import type { UserRoutingStore, UserSettingsStore } from './settings/user-settings.ts';

export interface ManagerParts {
  readonly cloud: CloudAccess;
  /** As it is now; a reloaded file changes it. */
  readonly config: () => AppConfig;
  readonly settings: UserSettingsStore;
  readonly routing: UserRoutingStore;
  readonly targetKeys: TargetKeys;
  readonly secrets: AppSecretStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  /** Takes secrets out of text that people see. */
  readonly scrub: (text: string) => string;
  readonly version: string;
  /** Folder of files that are shipped with the app. */
  readonly resourcesDir: string;
  /** Whose clients are pointed at the endpoint. */
  readonly computer: { readonly machine: string; readonly folders: ClientFolders };
  /** RunPod became reachable, or ceased to be. */
  readonly onReachability: () => void;
}
