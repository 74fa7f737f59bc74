// Computes the features of images, off the page: decodes one, runs the network on it, and makes the small pictures that the
// page shows of it, so that an image is decoded once.
//
// JavaScript, because ONNX Runtime is a JavaScript module, and what it is given (pixels of a canvas) never needs Python: an
// interpreter in each of these workers would only cost its start. Whose turn it is, and what is made of it, vizzy/page/ decides.
import { env, InferenceSession, Tensor } from "../runtime/onnx/ort.wasm.min.mjs";

const folder = new URL("../runtime/onnx/", import.meta.url);
const GRID = 16; // fields on a side, as vizzy/image_hashes.py
const TILE = 96; // px, as vizzy/page/ui/image_loader.py has it
const PICTURE = 640; // px, the longer side of what is shown of an image whose file is large
const LARGE_FILE = 400_000; // bytes
const LARGEST_SQUARE = 1024; // px; the network brings it down to its own size, as Pillow would
const HEIF_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];
const MOST_PIXELS = 200e6; // as vizzy/image_files.py

env.wasm.numThreads = 1; // more need headers that a plain server does not send
env.wasm.wasmPaths = folder.href;
const session = InferenceSession.create(new URL("efficientnet-lite0.onnx", folder).href);
session.then(() => postMessage({ failed: null }), (error) => postMessage({ failed: String(error) }));

onmessage = async ({ data: file }) => {
  try {
    const { features, greys, tile, picture } = await embedded(file);
    postMessage({ features, greys, tile, picture, problem: null }, [features.buffer, greys.buffer]);
  } catch (error) {
    postMessage({ problem: error.message || String(error) });
  }
};

async function embedded(file) {
  if (!file.size) throw new Error("the file is empty");
  const bitmap = await createImageBitmap(file).catch(async () => {
    throw new Error(await whyUndecoded(file));
  });
  try {
    if (bitmap.width * bitmap.height > MOST_PIXELS) throw new Error(`it has ${bitmap.width} x ${bitmap.height} pixels, which is too many`);
    const square = middleSquare(bitmap);
    const { data, width } = square.getContext("2d").getImageData(0, 0, square.width, square.height);
    const greys = greysOf(data, width);
    const [features, tile, picture] = await Promise.all([featuresOf(data, width), blobOf(scaled(square, TILE, TILE)), pictureOf(bitmap, file)]);
    return { features, greys, tile, picture };
  } finally {
    bitmap.close();
  }
}

// What a file is that the browser cannot decode, by how it begins, and what to do; vizzy/native/image_files.py says the same of files.
async function whyUndecoded(file) {
  const bytes = new Uint8Array(await file.slice(0, 1000).arrayBuffer());
  const start = String.fromCharCode(...bytes).replace(/^[\xef\xbb\xbf \t\r\n]+/, "").toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) return "it is a web page, saved in place of an image: download the image again";
  if (start.includes("<svg")) return "it is a drawing (SVG), which this browser cannot decode here: save it as PNG";
  if (start.slice(4, 8) === "ftyp" && HEIF_BRANDS.includes(start.slice(8, 12))) return "it is a HEIC image, which this browser cannot decode: save it as JPEG or PNG";
  return "it is damaged, or of a kind that this browser cannot decode: save it as JPEG or PNG";
}

async function featuresOf(data, side) {
  const pixels = new Tensor("uint8", new Uint8Array(data.buffer), [side, side, 4]);
  const { features } = await (await session).run({ pixels });
  return new Float32Array(features.data);
}

// The mean grey of each field of a grid, of which vizzy/image_hashes.py makes a perceptual hash.
function greysOf(data, side) {
  const greys = new Uint8Array(GRID * GRID);
  for (let field = 0; field < greys.length; field++) {
    const [top, bottom] = fieldOf(Math.floor(field / GRID), side);
    const [left, right] = fieldOf(field % GRID, side);
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let place = 4 * (y * side + left); place < 4 * (y * side + right); place += 4) {
        sum += 0.299 * data[place] + 0.587 * data[place + 1] + 0.114 * data[place + 2];
      }
    }
    greys[field] = Math.floor(sum / ((bottom - top) * (right - left)) + 0.5);
  }
  return greys;
}

function fieldOf(number, side) {
  const start = Math.floor((number * side) / GRID);
  return [start, Math.max(start + 1, Math.floor(((number + 1) * side) / GRID))];
}

// On white, as transparent images are meant to be seen. A large one is halved until it is small: each step is an average of four
// pixels, in every browser, where one large step would leave most pixels out in some.
function middleSquare(bitmap) {
  const side = Math.min(bitmap.width, bitmap.height);
  const left = Math.floor((bitmap.width - side) / 2);
  const top = Math.floor((bitmap.height - side) / 2);
  let size = side > LARGEST_SQUARE ? Math.round(side / 2) : side;
  let canvas = drawn(size, size, (context) => context.drawImage(bitmap, left, top, side, side, 0, 0, size, size));
  while (size > LARGEST_SQUARE) canvas = scaled(canvas, (size = Math.round(size / 2)), size);
  return canvas;
}

function scaled(image, width, height) {
  return drawn(width, height, (context) => context.drawImage(image, 0, 0, width, height));
}

function drawn(width, height, draw) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  draw(context);
  return canvas;
}

// What is shown, and kept, of an image: the file itself, unless it is large.
async function pictureOf(bitmap, file) {
  if (file.size <= LARGE_FILE) return null;
  const scale = Math.min(1, PICTURE / Math.max(bitmap.width, bitmap.height));
  return blobOf(scaled(bitmap, Math.round(bitmap.width * scale) || 1, Math.round(bitmap.height * scale) || 1));
}

function blobOf(canvas) {
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}
