import { describe, expect, it } from 'vitest';
import { knownGpuIds, readGpuName } from '../../../src/main/settings/gpu-names.ts';

describe('readGpuName', () => {
  it.each([
    ['NVIDIA RTX 4090', 'NVIDIA GeForce RTX 4090'],
    ['4090', 'NVIDIA GeForce RTX 4090'],
    ['rtx-4090', 'NVIDIA GeForce RTX 4090'],
    ['GeForce RTX 3090 Ti', 'NVIDIA GeForce RTX 3090 Ti'],
    ['4080 super', 'NVIDIA GeForce RTX 4080 SUPER'],
    ['a6000', 'NVIDIA RTX A6000'],
    ['RTX 6000 Ada', 'NVIDIA RTX 6000 Ada Generation'],
    ['6000 ada', 'NVIDIA RTX 6000 Ada Generation'],
    ['L40S', 'NVIDIA L40S'],
    ['l40', 'NVIDIA L40'],
    ['H200', 'NVIDIA H200'],
    ['H100 SXM', 'NVIDIA H100 80GB HBM3'],
    ['A100-PCIe', 'NVIDIA A100 80GB PCIe'],
    ['B300', 'NVIDIA B300 SXM6 AC'],
    ['MI300X', 'AMD Instinct MI300X OAM'],
  ])('reads %s as %s', (text, id) => {
    expect(readGpuName(text)).toEqual({ kind: 'short', id });
  });

  it.each([
    ['H100', 3],
    ['NVIDIA A100', 2],
    ['A100 80GB', 2],
    ['RTX PRO 6000', 3],
  ])('does not choose for the user among the members of %s', (text, members) => {
    const name = readGpuName(text);
    expect(name).toMatchObject({ kind: 'family', ids: expect.objectContaining({ length: members }) });
  });

  it('leaves what it does not know to the catalogue', () => {
    expect(['NVIDIA RTX 9999', '', 'GPU', 'NVIDIA'].map((text) => readGpuName(text).kind)).toEqual(
      Array.from({ length: 4 }, () => 'unknown'),
    );
  });

  it('takes every id of RunPod as it is, and no short form for two of them', () => {
    for (const id of knownGpuIds) {
      expect(readGpuName(id)).toEqual({ kind: 'id', id });
      const short = readGpuName(id.replace('NVIDIA ', '').toLowerCase());
      expect(short).toEqual({ kind: 'short', id });
    }
  });
});
