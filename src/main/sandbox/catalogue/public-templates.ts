import type { TemplateRecord } from '../state.ts';

export interface PublicTemplate {
  readonly source: 'official' | 'verified' | 'community';
  readonly template: TemplateRecord;
}

function row(
  source: PublicTemplate['source'],
  template: Partial<TemplateRecord> & Pick<TemplateRecord, 'id' | 'name' | 'image'>,
): PublicTemplate {
  return {
    source,
    template: {
      args: '',
      disk: 50,
      mounts: {},
      ports: [],
      env: {},
      registry: null,
      serverless: false,
      public: true,
      category: 'NVIDIA',
      startSsh: true,
      startJupyter: false,
      allowedCudaVersions: [],
      ...template,
    },
  };
}

const WORKSPACE = { persistent: { size: 20, path: '/workspace' } };

export const PUBLIC_TEMPLATES: readonly PublicTemplate[] = [
  row('official', {
    id: 'runpod-torch-v280',
    name: 'Runpod Pytorch 2.8.0',
    image: 'runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404',
    ports: ['8888/http', '22/tcp'],
    mounts: WORKSPACE,
    startJupyter: true,
  }),
  row('official', {
    id: 'runpod-torch-v291',
    name: 'Runpod Pytorch 2.9.1',
    image: 'runpod/pytorch:1.0.3-cu1281-torch291-ubuntu2404',
    ports: ['8888/http', '22/tcp'],
    mounts: WORKSPACE,
    startJupyter: true,
  }),
  row('official', {
    id: 'runpod-ubuntu-2404',
    name: 'Runpod Ubuntu 24.04',
    image: 'runpod/base:1.0.2-ubuntu2404',
    ports: ['22/tcp'],
    category: 'CPU',
    disk: 20,
  }),
  row('official', {
    id: 'runpod-worker-vllm',
    name: 'vLLM serverless worker',
    image: 'runpod/worker-v1-vllm:v2.25.2',
    serverless: true,
    disk: 150,
    startSsh: false,
    allowedCudaVersions: ['13.0'],
  }),
  row('verified', {
    id: 'vllm-openai-latest',
    name: 'vLLM OpenAI server',
    image: 'vllm/vllm-openai:v0.27.1',
    args: '--model Qwen/Qwen3-8B --host 0.0.0.0 --port 8000',
    ports: ['8000/http'],
    startSsh: false,
    allowedCudaVersions: ['13.0'],
  }),
  row('community', {
    id: 'ollama-community',
    name: 'Ollama',
    image: 'ollama/ollama:0.33.0',
    ports: ['11434/http'],
    env: { OLLAMA_HOST: '0.0.0.0:11434' },
    startSsh: false,
  }),
];

export function findPublicTemplate(id: string): TemplateRecord | undefined {
  return PUBLIC_TEMPLATES.find((entry) => entry.template.id === id)?.template;
}
