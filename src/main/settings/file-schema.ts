import { z } from 'zod';
import { fileSchema } from './config-file.ts';

/** The published JSON Schema of `llm_config.json`, from which editors complete and check. */
export function configFileSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(fileSchema(), {
    io: 'input',
    unrepresentable: 'any',
    // No format of JSON Schema; the pattern beside it says the same.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
    },
  });
  return { ...schema, title: 'RunPod LLM Manager configuration (llm_config.json)' };
}

/** The same as the text of resources/config.schema.json. */
export function generateConfigSchema(): string {
  return `${JSON.stringify(configFileSchema(), null, 2)}\n`;
}
