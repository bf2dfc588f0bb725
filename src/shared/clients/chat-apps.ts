import { json, PROVIDER, PROVIDER_NAME, quoted, type ClientSheet } from './sheet.ts';

/** Chat programs. */
export const chatClients: readonly ClientSheet[] = [
  {
    id: 'open-webui',
    name: 'Open WebUI',
    way: 'launch',
    minContextTokens: 8192,
    snippets: (facts) => [
      {
        language: 'sh',
        place: null,
        text: `OPENAI_API_BASE_URL=${facts.baseUrl} OPENAI_API_KEY="${facts.shellKey}" open-webui serve`,
      },
    ],
    notes: [
      'In a container the address of this computer is another one, which the proxy must be told to answer.',
    ],
  },
  {
    id: 'librechat',
    name: 'LibreChat',
    way: 'file',
    minContextTokens: 8192,
    snippets: (facts) => [
      {
        language: 'yaml',
        place: 'librechat.yaml',
        text: [
          'endpoints:',
          '  custom:',
          `    - name: ${quoted(PROVIDER_NAME)}`,
          '      apiKey: "${RUNPOD_LLM_KEY}"',
          `      baseURL: ${quoted(facts.baseUrl)}`,
          `      models: { default: [${quoted(facts.model)}], fetch: true }`,
          '      titleConvo: true',
          `      titleModel: ${quoted(facts.model)}`,
        ].join('\n'),
      },
    ],
    notes: ['Put the local key into its .env file as RUNPOD_LLM_KEY.'],
  },
  {
    id: 'raycast',
    name: 'Raycast',
    way: 'file',
    minContextTokens: 8192,
    snippets: (facts) => [
      {
        language: 'yaml',
        place: '~/.config/raycast/ai/providers.yaml',
        text: [
          'providers:',
          `  - id: ${PROVIDER}`,
          `    name: ${PROVIDER_NAME}`,
          `    base_url: ${facts.baseUrl}`,
          `    api_keys: ${json({ [PROVIDER]: facts.key }).replaceAll(/\s*\n\s*/g, ' ')}`,
          '    models:',
          `      - id: ${quoted(facts.model)}`,
          `        name: ${quoted(facts.model)}`,
          `        provider: ${PROVIDER}`,
          `        context: ${facts.contextTokens}`,
        ].join('\n'),
      },
    ],
    notes: ['Custom providers are switched on in Raycast’s AI settings.'],
  },
];
