"""Thumbnails: an image posted to the function's URL comes back as a small JPEG."""

import base64
import io
import json
import warnings

from PIL import Image, ImageOps

LONGER_SIDE = 200
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

# Pillow knows an image's size from its header and refuses a bomb before it decodes a pixel.
Image.MAX_IMAGE_PIXELS = 50_000_000
warnings.simplefilter("error", Image.DecompressionBombWarning)


def handler(event, context):
    try:
        body = event.get("body") or ""
        data = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        jpeg = thumbnail(Image.open(io.BytesIO(data), formats=FORMATS))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return refusal(413, f"The image has more than {Image.MAX_IMAGE_PIXELS:,} pixels.")
    except (OSError, ValueError, SyntaxError) as error:
        print(f"Refused: {error}")
        return refusal(400, f"The body is no readable image; post one of {', '.join(FORMATS)}.")
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "image/jpeg"},
        "body": base64.b64encode(jpeg).decode(),
        "isBase64Encoded": True,
    }


def thumbnail(image):
    if image.mode == "P":
        image = image.convert("RGBA")
    image.thumbnail((LONGER_SIDE, LONGER_SIDE))
    image = ImageOps.exif_transpose(image)
    if "A" in image.getbands():
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    jpeg = io.BytesIO()
    image.convert("RGB").save(jpeg, "JPEG", quality=85)
    return jpeg.getvalue()


def refusal(status, message):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"message": message}),
    }
