// Thumbnails: an image posted to the function's URL comes back as a small JPEG.
import sharp from "sharp";

const LONGER_SIDE = 200;
const MAX_PIXELS = 50_000_000;
const FORMATS = ["jpeg", "png", "webp", "gif"];

export const handler = async (event) => {
  try {
    const data = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
    const image = sharp(data, { limitInputPixels: false });
    // The header alone tells the size, so a bomb is refused before a pixel is decoded.
    const { format, width, height } = await image.metadata();
    if (!FORMATS.includes(format)) {
      return refusal(400, `Images of format ${format} are not taken; ${hint}`);
    }
    if (width * height > MAX_PIXELS) {
      return refusal(413, `The image has more than ${MAX_PIXELS.toLocaleString("en")} pixels.`);
    }
    const jpeg = await image
      .autoOrient()
      .resize(LONGER_SIDE, LONGER_SIDE, { fit: "inside", withoutEnlargement: true })
      .flatten({ background: "white" })
      .jpeg({ quality: 85 })
      .toBuffer();
    return {
      statusCode: 200,
      headers: { "Content-Type": "image/jpeg" },
      body: jpeg.toString("base64"),
      isBase64Encoded: true,
    };
  } catch (error) {
    console.log(`Refused: ${error.message}`);
    return refusal(400, `The body is no readable image; ${hint}`);
  }
};

const hint = `post one of ${FORMATS.join(", ").toUpperCase()}.`;

const refusal = (statusCode, message) => ({
  statusCode,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ message }),
});
