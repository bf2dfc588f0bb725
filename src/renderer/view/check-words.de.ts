/** What a check of a client finds, in German; a find that is not here is shown as the core wrote it. */
export const checkPatterns: readonly (readonly [RegExp, string])[] = [
  [/^“(.*)” is one of (\d+) listed\.$/, '„$1“ ist eines von $2 aufgeführten.'],
  [/^“(.*)” is not among the (\d+) listed\.$/, '„$1“ ist nicht unter den $2 aufgeführten.'],
  [
    /^(\d+) pieces in (\d+)\.(\d+) s, closed in good order\.$/,
    '$1 Teile in $2,$3 s, ordentlich abgeschlossen.',
  ],
  [/^The answer was empty\.$/, 'Die Antwort war leer.'],
  [/^The stream broke off without its last event\.$/, 'Der Datenstrom brach ohne sein letztes Ereignis ab.'],
  [/^The whole answer came in one piece\.$/, 'Die ganze Antwort kam in einem Stück.'],
  [
    /^The stream told no token counts: the client cannot tell how full its context is\.$/,
    'Der Datenstrom nannte keine Token-Zahlen: Der Client kann nicht wissen, wie voll sein Kontext ist.',
  ],
  [/^(\d+) output tokens were told at the end\.$/, '$1 Ausgabe-Tokens wurden am Ende genannt.'],
  [/^It called (\S+) with (.*)\.$/, 'Es rief $1 mit $2 auf.'],
  [
    /^The model called no tool\. This client needs tool calls\.$/,
    'Das Modell rief kein Werkzeug auf. Dieser Client braucht Werkzeugaufrufe.',
  ],
  [
    /^The model called no tool\. Chat works without them\.$/,
    'Das Modell rief kein Werkzeug auf. Chatten geht auch ohne.',
  ],
  [
    /^The arguments of its tool call are no JSON\. This client needs tool calls\.$/,
    'Die Argumente seines Werkzeugaufrufs sind kein JSON. Dieser Client braucht Werkzeugaufrufe.',
  ],
  [
    /^The arguments of its tool call are no JSON\. Chat works without them\.$/,
    'Die Argumente seines Werkzeugaufrufs sind kein JSON. Chatten geht auch ohne.',
  ],
  [
    /^The model stopped after (\d+) tokens when the caller left\.$/,
    'Das Modell hörte nach $1 Tokens auf, als der Aufrufer ging.',
  ],
  [
    /^The answer ended by itself after (\d+) tokens, before the caller left\.$/,
    'Die Antwort endete nach $1 Tokens von selbst, bevor der Aufrufer ging.',
  ],
  [/^No end within (\d+) s\.$/, 'Kein Ende innerhalb von $1 s.'],
  ...waiting('A start', 'Ein Start'),
  ...waiting('The last start took (\\d+) s; a start', 'Der letzte Start dauerte $1 s; ein Start'),
];

/** How long a client waits for hardware, with what is known of the last start in front. */
function waiting(before: string, german: string): readonly (readonly [RegExp, string])[] {
  const limit = german.includes('$1') ? '$2' : '$1';
  const life = 'wird in Datenströmen durch Lebenszeichen überbrückt';
  const givesUp = `ohne Datenstrom gibt er nach ${limit} s Stille auf.`;
  const pattern = (rest: string): RegExp =>
    new RegExp(`^${before} is bridged by signs of life in streams${rest}$`);
  return [
    [
      pattern('; it sets no time limit of its own\\.'),
      `${german} ${life}; eine eigene Frist setzt er nicht.`,
    ],
    [
      pattern('; without streaming it gives up after (\\d+) s of silence\\.'),
      `${german} ${life}; ${givesUp}`,
    ],
    [
      pattern(', but without streaming it gives up after (\\d+) s of silence\\.'),
      `${german} ${life}, aber ${givesUp}`,
    ],
  ];
}
