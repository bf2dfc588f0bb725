import { quoted, shellWord, type ClientSheet } from './sheet.ts';

/** Libraries and bare HTTP. Every example streams: a cold start outlasts the time limits of plain calls. */
export const codeClients: readonly ClientSheet[] = [
  {
    id: 'curl',
    name: 'curl',
    way: 'code',
    minContextTokens: 0,
    snippets: ({ baseUrl, model, shellKey }) => {
      const body = { model, stream: true, messages: [{ role: 'user', content: 'Say hello' }] };
      return [
        {
          language: 'sh',
          place: null,
          text: [
            `curl -N ${baseUrl}/chat/completions \\`,
            `  -H "Authorization: Bearer ${shellKey}" \\`,
            `  -H 'Content-Type: application/json' \\`,
            `  -d ${shellWord(JSON.stringify(body))}`,
          ].join('\n'),
        },
      ];
    },
    notes: [],
  },
  {
    id: 'env',
    name: 'Any OpenAI-compatible tool',
    way: 'launch',
    minContextTokens: 0,
    snippets: ({ baseUrl, shellKey }) => [
      {
        language: 'sh',
        place: null,
        text: `export OPENAI_BASE_URL=${baseUrl}\nexport OPENAI_API_KEY="${shellKey}"`,
      },
    ],
    notes: ['If HTTP_PROXY is set, set NO_PROXY=127.0.0.1,localhost too.'],
  },
  {
    id: 'openai-python',
    name: 'OpenAI SDK for Python',
    way: 'code',
    minContextTokens: 0,
    snippets: ({ baseUrl, model, key }) => [
      {
        language: 'python',
        place: null,
        text: [
          'from openai import OpenAI',
          '',
          `client = OpenAI(base_url=${quoted(baseUrl)}, api_key=${quoted(key)}, timeout=900)`,
          'stream = client.chat.completions.create(',
          `    model=${quoted(model)},`,
          '    messages=[{"role": "user", "content": "Say hello"}],',
          '    stream=True,',
          ')',
          'for chunk in stream:',
          '    if chunk.choices:',
          '        print(chunk.choices[0].delta.content or "", end="", flush=True)',
        ].join('\n'),
      },
    ],
    notes: [],
  },
  {
    id: 'openai-js',
    name: 'OpenAI SDK for JavaScript',
    way: 'code',
    minContextTokens: 0,
    snippets: ({ baseUrl, model, key }) => [
      {
        language: 'typescript',
        place: null,
        text: [
          "import OpenAI from 'openai';",
          '',
          `const client = new OpenAI({ baseURL: ${quoted(baseUrl)}, apiKey: ${quoted(key)}, timeout: 900_000 });`,
          'const stream = await client.chat.completions.create({',
          `  model: ${quoted(model)},`,
          "  messages: [{ role: 'user', content: 'Say hello' }],",
          '  stream: true,',
          '});',
          "for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');",
        ].join('\n'),
      },
    ],
    notes: [],
  },
  {
    id: 'ai-sdk',
    name: 'Vercel AI SDK',
    way: 'code',
    minContextTokens: 0,
    snippets: ({ baseUrl, model, key }) => [
      {
        language: 'typescript',
        place: null,
        text: [
          "import { createOpenAICompatible } from '@ai-sdk/openai-compatible';",
          "import { streamText } from 'ai';",
          '',
          'const provider = createOpenAICompatible({',
          "  name: 'runpod-llm',",
          `  baseURL: ${quoted(baseUrl)},`,
          `  apiKey: ${quoted(key)},`,
          '  includeUsage: true,',
          '});',
          `const { textStream } = streamText({ model: provider(${quoted(model)}), prompt: 'Say hello' });`,
          'for await (const text of textStream) process.stdout.write(text);',
        ].join('\n'),
      },
    ],
    notes: [],
  },
  {
    id: 'langchain-js',
    name: 'LangChain for JavaScript',
    way: 'code',
    minContextTokens: 0,
    snippets: ({ baseUrl, model, key }) => [
      {
        language: 'typescript',
        place: null,
        text: [
          "import { ChatOpenAI } from '@langchain/openai';",
          '',
          'const llm = new ChatOpenAI({',
          `  model: ${quoted(model)},`,
          `  apiKey: ${quoted(key)},`,
          '  timeout: 900_000,',
          '  maxRetries: 1,',
          `  configuration: { baseURL: ${quoted(baseUrl)} },`,
          '});',
          "for await (const chunk of await llm.stream('Say hello')) process.stdout.write(chunk.text);",
        ].join('\n'),
      },
    ],
    notes: [],
  },
  {
    id: 'langchain',
    name: 'LangChain for Python',
    way: 'code',
    minContextTokens: 0,
    snippets: ({ baseUrl, model, key }) => [
      {
        language: 'python',
        place: null,
        text: [
          'from langchain_openai import ChatOpenAI',
          '',
          'llm = ChatOpenAI(',
          `    base_url=${quoted(baseUrl)}, api_key=${quoted(key)}, model=${quoted(model)},`,
          '    timeout=900, max_retries=1,',
          ')',
          'for chunk in llm.stream("Say hello"):',
          '    print(chunk.content, end="", flush=True)',
        ].join('\n'),
      },
    ],
    notes: [],
  },
];
