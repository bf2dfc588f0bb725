import { describe, expect, it } from 'vitest';
import { cureOf } from '../../../src/main/deployments/pod/cure.ts';

describe('what an own image cures', () => {
  it.each([
    ["ModuleNotFoundError: No module named 'einops'", 'einops'],
    ["(EngineCore_0 pid=91) ModuleNotFoundError: No module named 'cv2.dnn'", 'opencv-python-headless'],
    [
      'ImportError: This modeling file requires the following packages that were not found in your environment: timm. Run `pip install timm`',
      'timm',
    ],
    ['ImportError: please run `pip install open-clip-torch`', 'open-clip-torch'],
    ['ImportError: Please install vllm[audio] for audio support', 'vllm[audio]==0.27.1'],
    [
      'ValueError: The checkpoint has model type `x` but Transformers does not recognize this architecture.',
      'transformers',
    ],
  ])('%s', (line, named) => {
    expect(cureOf(['INFO 11-24 loading', line, 'Traceback ends'])?.packages).toEqual([named]);
  });

  it.each([
    ['memory', 'torch.OutOfMemoryError: CUDA out of memory'],
    ['a package that nobody vouches for', "ModuleNotFoundError: No module named 'einopz'"],
    ['a package of the object prototype', "ModuleNotFoundError: No module named 'constructor'"],
    ['what only CUDA’s tools can build', "ModuleNotFoundError: No module named 'flash_attn'"],
    ['a module told in passing', "WARNING: failed to import timm: No module named 'timm'"],
    ['a package named in prose', 'INFO you can pip install einops for speed'],
  ])('and what it does not: %s', (_what, line) => {
    expect(cureOf([line])).toBeNull();
  });

  it('is told by the last reason', () => {
    const first = "ModuleNotFoundError: No module named 'einops'";
    expect(cureOf([first, first.replace('einops', 'timm')])?.packages).toEqual(['timm']);
    expect(cureOf([])).toBeNull();
  });
});
