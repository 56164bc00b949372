import { PICTURE, type RefusalCase } from './refusal-case.ts';

export const MEDIA_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'image as an array',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: [PICTURE] },
    code: 'invalid_value',
    param: 'image',
    message:
      'image is ["https://example.com/a.png"]; it must be one address as a string: an http or https URL, or a data URI.',
  },
  {
    asks: 'image as an object',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: { url: PICTURE } },
    code: 'invalid_value',
    param: 'image',
    message:
      'image is {"url":"https://example.com/a.png"}; it must be one address as a string: an http or https URL, or a data URI.',
  },
  {
    asks: 'image without a scheme',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'a.png' },
    code: 'invalid_value',
    param: 'image',
    message:
      'image is "a.png"; it must be an http or https URL, a data URI such as data:image/png;base64,…, or the id of a file from POST /v1/files (file_…).',
  },
  {
    asks: 'image by another scheme',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'ftp://example.com/a.png' },
    code: 'invalid_value',
    param: 'image',
    message:
      'image is "ftp://example.com/a.png"; it must be an http or https URL, a data URI such as data:image/png;base64,…, or the id of a file from POST /v1/files (file_…).',
  },
  {
    asks: 'image by a file of ours',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'file:///etc/passwd' },
    code: 'invalid_value',
    param: 'image',
    message:
      'image is "file:///etc/passwd"; it must be an http or https URL, a data URI such as data:image/png;base64,…, or the id of a file from POST /v1/files (file_…).',
  },
  {
    asks: 'image empty',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: '' },
    code: 'invalid_value',
    param: 'image',
    message: 'image is ""; it must be an http or https URL, or a data URI; leave the field out when there is none.',
  },
  {
    asks: 'a list with a hole',
    body: { model: 'viduq3p-720p', prompt: 'a fox', reference_image_urls: [PICTURE, null] },
    code: 'invalid_value',
    param: 'reference_image_urls[1]',
    message:
      'reference_image_urls[1] is null; it must be one address as a string: an http or https URL, or a data URI.',
  },
  {
    asks: 'a list that is an object',
    body: { model: 'viduq3p-720p', prompt: 'a fox', reference_image_urls: { '0': PICTURE } },
    code: 'invalid_value',
    param: 'reference_image_urls',
    message: 'reference_image_urls is {"0":"https://example.com/a.png"}; it must be an array of URLs.',
  },
  {
    asks: 'an address under another protocol’s name',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image_url: PICTURE },
    code: 'unsupported_field',
    param: 'image_url',
    message:
      'image_url is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls. Use image.',
  },
  {
    asks: 'an address under a name that nobody knows',
    body: { model: 'viduq3p-720p', prompt: 'a fox', picture: PICTURE },
    code: 'unsupported_field',
    param: 'picture',
    message: 'picture is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls.',
  },
  {
    asks: 'an address deep inside a name that nobody knows',
    body: { model: 'viduq3p-720p', prompt: 'a fox', input: { media: [{ url: PICTURE }] } },
    code: 'unsupported_field',
    param: 'input',
    message: 'input is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls.',
  },
  {
    asks: 'an address inside extra_body',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { img: PICTURE } },
    code: 'unsupported_field',
    param: 'extra_body.img',
    message:
      'extra_body.img is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls.',
  },
];
