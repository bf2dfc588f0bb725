import type { ErrorCode } from '../errors.ts';

export interface ProblemWords {
  readonly title: string;
  readonly advice: string;
}

const problem = (title: string, advice: string): ProblemWords => ({ title, advice });

/** What happened and what to do, one row an error code; a new code without one is a type error. */
export const germanProblems: Readonly<Record<ErrorCode, ProblemWords>> = {
  invalid_input: problem('Eine Angabe ist ungültig.', 'Berichtigen Sie den genannten Wert.'),
  config_invalid: problem(
    'Die Konfiguration ist ungültig.',
    'Berichtigen Sie die genannte Datei, Zeile oder Variable.',
  ),
  unknown_gpu: problem('Diese GPU gibt es nicht.', 'Nehmen Sie eine der aufgeführten GPU-Ids.'),
  model_does_not_fit: problem(
    'Das Modell passt auf keine erlaubte GPU.',
    'Verringern Sie Kontext oder Anfragen zugleich, wählen Sie eine quantisierte Variante oder erlauben Sie mehr oder größere GPUs.',
  ),
  model_unknown: problem(
    'Dieses Modell ist nicht zu finden.',
    'Prüfen Sie die Id auf Hugging Face; ein privates oder beschränktes Modell braucht HF_TOKEN.',
  ),
  model_gated: problem(
    'Das Modell ist zugangsbeschränkt.',
    'Nehmen Sie seine Lizenz auf Hugging Face an und hinterlegen Sie ein Hugging-Face-Token.',
  ),
  image_invalid: problem(
    'Der Name des Images ist ungültig.',
    'Geben Sie es als name:tag oder name@sha256:digest an.',
  ),
  name_taken: problem(
    'Der Name ist vergeben.',
    'Wählen Sie einen anderen oder löschen Sie das vorhandene Deployment.',
  ),
  not_found: problem('Das gibt es nicht.', 'Sehen Sie nach, was es gibt, und nehmen Sie einen dieser Namen.'),
  not_allowed_now: problem(
    'Das geht gerade nicht.',
    'Warten Sie, bis die laufende Aktion beendet ist, und versuchen Sie es erneut.',
  ),
  unsupported: problem('Das wird nicht unterstützt.', 'Die Dokumentation nennt, was möglich ist.'),
  port_in_use: problem(
    'Der Port ist belegt.',
    'Beenden Sie das andere Programm oder wählen Sie einen anderen Port.',
  ),
  instance_running: problem(
    'Die App läuft bereits.',
    'Benutzen Sie die laufende App oder geben Sie dieser ein anderes --data-dir.',
  ),
  instance_unreachable: problem('Die App antwortet nicht.', 'Starten Sie sie mit: runpod-llm serve'),
  disk_full: problem(
    'Die Festplatte ist voll.',
    'Schaffen Sie Platz auf der Platte mit dem Datenverzeichnis.',
  ),
  data_dir_unusable: problem(
    'Das Datenverzeichnis ist nicht benutzbar.',
    'Machen Sie es beschreibbar oder wählen Sie ein anderes.',
  ),
  data_dir_lost: problem(
    'Die App kann nicht mehr festhalten, was sie tut.',
    'Stoppen Sie, was läuft (das geht noch), machen Sie das Datenverzeichnis wieder benutzbar und starten Sie die App neu.',
  ),
  keychain_unavailable: problem(
    'Dieser Rechner bietet keinen Schlüsselbund.',
    'Geben Sie das Geheimnis stattdessen in der Umgebung an.',
  ),
  client_file_changed: problem(
    'Die Datei hat sich inzwischen geändert.',
    'Sehen Sie sich die Änderungen noch einmal an und schreiben Sie dann.',
  ),
  client_file_unusable: problem(
    'Die Datei kann nicht sicher geändert werden.',
    'Tragen Sie die gezeigten Zeilen selbst ein.',
  ),
  docker_unavailable: problem(
    'Docker ist nicht erreichbar.',
    'Starten Sie Docker Desktop, Colima, Podman oder den Docker-Dienst, oder nehmen Sie ein fertiges Image.',
  ),
  docker_failed: problem(
    'Docker meldet einen Fehler.',
    'Beheben Sie, was Docker nennt, und versuchen Sie es erneut.',
  ),
  build_failed: problem(
    'Der Build ist fehlgeschlagen.',
    'Lesen Sie die Zeilen des fehlgeschlagenen Schritts und beheben Sie die Ursache.',
  ),
  registry_denied: problem(
    'Die Registry verweigert den Zugriff.',
    'Prüfen Sie Benutzer und Token der Registry und deren Recht zu pushen.',
  ),
  registry_unavailable: problem(
    'Die Registry ist nicht erreichbar.',
    'Prüfen Sie Netz und Registry; bereits gesendete Schichten bleiben.',
  ),
  declined: problem('Sie haben abgelehnt.', 'Nichts wurde geändert.'),
  confirmation_needed: problem('Das muss bestätigt werden.', 'Bestätigen Sie in der Rückfrage.'),
  simulated_only: problem(
    'Das gibt es nur mit echter Hardware.',
    'Hinterlegen Sie einen RunPod-Schlüssel, um echte Hardware zu nutzen.',
  ),
  runpod_key_missing: problem(
    'Es ist kein RunPod-Schlüssel gesetzt.',
    'Setzen Sie ihn unter Einstellungen → Schlüssel.',
  ),
  runpod_key_invalid: problem(
    'RunPod lehnt den Schlüssel ab.',
    'Erzeugen Sie in der RunPod-Konsole einen neuen und setzen Sie ihn.',
  ),
  account_changed: problem(
    'Der Schlüssel gehört zu einem anderen RunPod-Konto.',
    'Setzen Sie den Schlüssel des früheren Kontos oder bestätigen Sie den Wechsel.',
  ),
  runpod_key_forbidden: problem(
    'Dem Schlüssel fehlt das Recht dazu.',
    'Geben Sie ihm in der RunPod-Konsole Lese- und Schreibrecht dafür.',
  ),
  runpod_balance_empty: problem('Das RunPod-Guthaben ist leer.', 'Laden Sie es in der RunPod-Konsole auf.'),
  no_gpu_capacity: problem(
    'Keine passende GPU ist frei.',
    'Erlauben Sie einen höheren Preis, weitere GPUs, beide Clouds oder mehr Rechenzentren, oder warten Sie.',
  ),
  runpod_rejected: problem(
    'RunPod hat die Anfrage abgelehnt.',
    'Berichtigen Sie, was RunPod nennt, und versuchen Sie es erneut.',
  ),
  runpod_conflict: problem(
    'Der Pod hat sich inzwischen geändert.',
    'Sehen Sie ihn sich an und versuchen Sie es erneut.',
  ),
  runpod_not_found: problem('Bei RunPod gibt es das nicht mehr.', 'Nichts weiter ist zu tun.'),
  runpod_rate_limited: problem(
    'RunPod bremst zu viele Anfragen.',
    'Warten Sie; andere Werkzeuge dieses Kontos teilen die Grenze.',
  ),
  runpod_unavailable: problem('RunPod hat eine Störung.', 'Die App versucht es weiter.'),
  runpod_unreachable: problem('RunPod ist nicht erreichbar.', 'Prüfen Sie die Netzverbindung.'),
  runpod_bad_answer: problem(
    'RunPod hat unverständlich geantwortet.',
    'Aktualisieren Sie die App, wenn das so bleibt.',
  ),
  deployment_stopped: problem(
    'Das Deployment ist gestoppt.',
    'Starten Sie es oder erlauben Sie den Start bei Anfragen.',
  ),
  deployment_failed: problem('Das Deployment ist fehlgeschlagen.', 'Sehen Sie in Verlauf und Protokolle.'),
  boot_failed: problem(
    'Der Start ist fehlgeschlagen.',
    'Die letzten Zeilen des Protokolls stehen im Verlauf des Deployments.',
  ),
  boot_stuck: problem('Der Start kam nicht voran.', 'Der Pod wurde ersetzt oder gestoppt.'),
  wait_timeout: problem(
    'Das dauert länger als erwartet.',
    'Es läuft im Hintergrund weiter; sehen Sie später nach.',
  ),
  stop_unconfirmed: problem(
    'RunPod hat den Stopp nicht bestätigt.',
    'Es kostet vielleicht noch. Die App versucht es weiter; sehen Sie in der RunPod-Konsole nach.',
  ),
  budget_exceeded: problem(
    'Das Budget ist erreicht.',
    'Erhöhen Sie es oder warten Sie auf den nächsten Zeitraum.',
  ),
  invalid_api_key: problem(
    'Der Schlüssel ist ungültig.',
    'Nehmen Sie den lokalen Schlüssel: runpod-llm key show.',
  ),
  host_not_allowed: problem(
    'Dieser Host ist nicht erlaubt.',
    'Nehmen Sie http://127.0.0.1 mit dem richtigen Port.',
  ),
  origin_not_allowed: problem(
    'Diese Herkunft ist nicht erlaubt.',
    'Nehmen Sie sie in den Einstellungen in die Liste der erlaubten auf.',
  ),
  model_not_found: problem('Dieses Modell gibt es hier nicht.', 'Nehmen Sie eines der aufgeführten Modelle.'),
  method_not_allowed: problem('Diese Methode ist nicht erlaubt.', 'Nehmen Sie die dokumentierte Methode.'),
  unsupported_media_type: problem(
    'Dieses Format wird nicht angenommen.',
    'Senden Sie content-type: application/json.',
  ),
  body_too_large: problem('Die Anfrage ist zu groß.', 'Senden Sie weniger.'),
  headers_too_large: problem('Die Kopfzeilen sind zu groß.', 'Senden Sie kleinere Kopfzeilen.'),
  context_length_exceeded: problem(
    'Der Prompt ist länger als der Kontext.',
    'Kürzen Sie den Prompt oder verringern Sie max_tokens.',
  ),
  rate_limited: problem('Zu viele Anfragen.', 'Warten Sie einen Augenblick.'),
  upstream_rejected: problem('Der Modellserver hat die Anfrage abgelehnt.', 'Berichtigen Sie, was er nennt.'),
  upstream_failed: problem(
    'Der Modellserver hatte einen Fehler.',
    'Versuchen Sie es erneut; sehen Sie ins Protokoll des Pods, wenn es bleibt.',
  ),
  upstream_timeout: problem(
    'Der Modellserver hat nicht rechtzeitig geantwortet.',
    'Versuchen Sie es erneut oder erhöhen Sie die Frist.',
  ),
  upstream_unreachable: problem(
    'Der Modellserver ist nicht erreichbar.',
    'Er startet noch oder ist nicht mehr da.',
  ),
  upstream_overloaded: problem(
    'Der Modellserver ist überlastet.',
    'Das geht von selbst vorbei; versuchen Sie es gleich noch einmal.',
  ),
  request_timeout: problem('Die Anfrage kam nicht vollständig an.', 'Senden Sie sie ohne Pause.'),
  client_closed: problem('Der Client hat abgebrochen.', 'Nichts ist zu tun.'),
  shutting_down: problem('Die App wird beendet.', 'Starten Sie sie wieder.'),
  internal: problem(
    'In der App ist etwas Unerwartetes schiefgegangen.',
    'Melden Sie das bitte mit dem Protokoll.',
  ),
};
