import {
  apiBase,
  chat,
  maxOutput,
  PROVIDER_ID,
  PROVIDER_NAME,
  TOKEN_MARK,
  type ClientSheet,
  type ConnectFacts,
} from './sheet.ts';

/** Chat programs and libraries (CLIENTS 2.5). */
export function otherSheets(facts: ConnectFacts): ClientSheet[] {
  return [
    openWebUi(facts),
    libreChat(facts),
    raycast(facts),
    obsidian(facts),
    python(facts),
    typescript(facts),
    langchain(facts),
    aiSdk(facts),
    curl(facts),
  ];
}

const inContainer = (facts: ConnectFacts): string =>
  apiBase(facts).replace('127.0.0.1', 'host.docker.internal');

function openWebUi(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'open-webui',
    name: 'Open WebUI',
    kind: 'app',
    support: 'guided',
    steps: [
      'Admin → Settings → Connections → OpenAI.',
      `URL ${apiBase(facts)} (from a container ${inContainer(facts)}) and the local key.`,
    ],
    snippets: [
      {
        title: 'Environment',
        where: 'where Open WebUI is started',
        language: 'shell',
        text: `OPENAI_API_BASE_URL=${apiBase(facts)} OPENAI_API_KEY=${TOKEN_MARK}`,
      },
    ],
    notes: ['From a container the proxy must listen beyond this computer, which is off by default.'],
  };
}

function libreChat(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'librechat',
    name: 'LibreChat',
    kind: 'app',
    support: 'file',
    steps: ['Add the endpoint and put the local key into the variable it names.'],
    snippets: [
      {
        title: 'Endpoint',
        where: 'librechat.yaml',
        language: 'yaml',
        text: [
          'endpoints:',
          '  custom:',
          `    - name: "${PROVIDER_NAME}"`,
          '      apiKey: "${RUNPOD_LLM_KEY}"',
          `      baseURL: "${inContainer(facts)}"`,
          `      models: { default: ["${facts.model}"], fetch: true }`,
          '      titleConvo: true',
          `      titleModel: "${facts.model}"`,
        ].join('\n'),
      },
    ],
    notes: ['LibreChat usually runs in a container: see Open WebUI about reaching this computer.'],
  };
}

function raycast(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'raycast',
    name: 'Raycast',
    kind: 'app',
    support: 'file',
    steps: ['Switch on custom providers in Raycast’s AI settings, then add this one.'],
    snippets: [
      {
        title: 'Provider',
        where: '~/.config/raycast/ai/providers.yaml',
        language: 'yaml',
        text: [
          'providers:',
          `  - id: ${PROVIDER_ID}`,
          `    name: ${PROVIDER_NAME}`,
          `    base_url: ${apiBase(facts)}`,
          `    api_keys: { ${PROVIDER_ID}: ${TOKEN_MARK} }`,
          '    models:',
          `      - id: ${facts.model}`,
          `        name: ${facts.model}`,
          `        provider: ${PROVIDER_ID}`,
          `        context: ${facts.contextTokens}`,
          '        abilities: { temperature: { supported: true }, system_message: { supported: true }, tools: { supported: true } }',
        ].join('\n'),
      },
    ],
    notes: [],
  };
}

function obsidian(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'obsidian',
    name: 'Obsidian Copilot',
    kind: 'app',
    support: 'guided',
    steps: [
      `Add a custom model: format OpenAI, base URL ${apiBase(facts)}, the local key, model ${facts.model}.`,
    ],
    snippets: [],
    notes: [
      'With “Enable CORS” answers come whole, not streamed; without, allow the origin app://obsidian.md in the proxy’s settings.',
    ],
  };
}

function python(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'openai-python',
    name: 'OpenAI SDK (Python)',
    kind: 'library',
    support: 'code',
    steps: [],
    snippets: [
      {
        title: 'Stream an answer',
        where: 'your program',
        language: 'python',
        text: [
          'from openai import OpenAI',
          '',
          `client = OpenAI(base_url="${apiBase(facts)}", api_key="${TOKEN_MARK}", timeout=900)`,
          'stream = client.chat.completions.create(',
          `    model="${facts.model}",`,
          '    messages=[{"role": "user", "content": "Hello"}],',
          '    stream=True,',
          ')',
          'for chunk in stream:',
          '    print(chunk.choices[0].delta.content or "", end="", flush=True)',
        ].join('\n'),
      },
    ],
    notes: ['The time limit is raised so that a starting GPU does not end the call.'],
  };
}

function typescript(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'openai-node',
    name: 'OpenAI SDK (TypeScript)',
    kind: 'library',
    support: 'code',
    steps: [],
    snippets: [
      {
        title: 'Stream an answer',
        where: 'your program',
        language: 'typescript',
        text: [
          'import OpenAI from "openai";',
          '',
          `const client = new OpenAI({ baseURL: "${apiBase(facts)}", apiKey: "${TOKEN_MARK}", timeout: 900_000 });`,
          'const stream = await client.chat.completions.create({',
          `  model: "${facts.model}",`,
          '  messages: [{ role: "user", content: "Hello" }],',
          '  stream: true,',
          '});',
          'for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");',
        ].join('\n'),
      },
    ],
    notes: [],
  };
}

function langchain(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'langchain',
    name: 'LangChain',
    kind: 'library',
    support: 'code',
    steps: [],
    snippets: [
      {
        title: 'Python',
        where: 'your program',
        language: 'python',
        text: [
          'from langchain_openai import ChatOpenAI',
          '',
          `llm = ChatOpenAI(base_url="${apiBase(facts)}", api_key="${TOKEN_MARK}", model="${facts.model}", max_tokens=${maxOutput(facts)}, timeout=900, max_retries=1)`,
        ].join('\n'),
      },
    ],
    notes: [],
  };
}

function aiSdk(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'ai-sdk',
    name: 'Vercel AI SDK',
    kind: 'library',
    support: 'code',
    steps: [],
    snippets: [
      {
        title: 'Provider',
        where: 'your program',
        language: 'typescript',
        text: [
          'import { createOpenAICompatible } from "@ai-sdk/openai-compatible";',
          '',
          'const runpod = createOpenAICompatible({',
          `  name: "${PROVIDER_ID}",`,
          `  baseURL: "${apiBase(facts)}",`,
          `  apiKey: "${TOKEN_MARK}",`,
          '  includeUsage: true,',
          '});',
          `const model = runpod("${facts.model}");`,
        ].join('\n'),
      },
    ],
    notes: [],
  };
}

function curl(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'curl',
    name: 'curl and everything else',
    kind: 'library',
    support: 'code',
    steps: [
      `Any OpenAI-compatible tool needs three things: ${apiBase(facts)}, the local key, and ${facts.model}.`,
    ],
    snippets: [
      {
        title: 'Try it',
        where: 'terminal',
        language: 'shell',
        text: [
          `curl -N ${apiBase(facts)}/chat/completions \\`,
          `  -H "Authorization: Bearer ${TOKEN_MARK}" \\`,
          '  -H "Content-Type: application/json" \\',
          `  -d '{"model":"${facts.model}","messages":[{"role":"user","content":"Hello"}],"stream":true}'`,
        ].join('\n'),
      },
    ],
    notes: [],
  };
}
