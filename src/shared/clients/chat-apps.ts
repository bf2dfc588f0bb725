import { json, PROVIDER, PROVIDER_NAME, quoted, type ClientSheet, type ConnectFacts } from './sheet.ts';

/** This computer, as its containers know it. */
const fromContainer = ({ baseUrl }: ConnectFacts): string =>
  baseUrl.replace(/\/\/[^:/]+/, '//host.docker.internal');

const CONTAINER_NOTE =
  'From a container the proxy is reached when proxy.host is an address that containers see, and host.docker.internal stands in proxy.allowed_hosts.';

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
      {
        language: 'sh',
        place: 'In a container',
        text: [
          'docker run -p 3000:8080 --add-host=host.docker.internal:host-gateway \\',
          `  -e OPENAI_API_BASE_URL=${fromContainer(facts)} -e OPENAI_API_KEY="${facts.shellKey}" \\`,
          '  ghcr.io/open-webui/open-webui:main',
        ].join('\n'),
      },
    ],
    notes: [CONTAINER_NOTE],
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
          `      baseURL: ${quoted(fromContainer(facts))}`,
          `      models: { default: [${quoted(facts.model)}], fetch: true }`,
          '      titleConvo: true',
          `      titleModel: ${quoted(facts.model)}`,
        ].join('\n'),
      },
    ],
    notes: ['Put the local key into its .env file as RUNPOD_LLM_KEY.', CONTAINER_NOTE],
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
          '        abilities:',
          '          temperature: { supported: true }',
          '          system_message: { supported: true }',
          '          tools: { supported: true }',
          '          vision: { supported: false }',
        ].join('\n'),
      },
    ],
    notes: ['Custom providers are switched on in Raycast’s AI settings.'],
  },
  {
    id: 'obsidian-copilot',
    name: 'Obsidian Copilot',
    way: 'fields',
    minContextTokens: 8192,
    snippets: (facts) => [
      {
        language: 'text',
        place: 'Settings → Copilot → Model → Add Custom Model',
        text: [
          `Model Name  ${facts.model}`,
          'Provider    3rd party (openai-format)',
          `Base URL    ${facts.baseUrl}`,
          `API Key     ${facts.key}`,
          'Tick        Enable CORS',
        ].join('\n'),
      },
    ],
    notes: [
      'Tick “Enable CORS”: without it Obsidian asks as a web page does, and is refused. Answers then come in one piece.',
    ],
  },
];
