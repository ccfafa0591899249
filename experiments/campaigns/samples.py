"""Valid samples of every kind of file that the project reads, and the commands that read them.

One file, and a long one: all formats are here, each in its exact layout.
"""

import dataclasses
import gzip
import io
import json
import pathlib
import shutil
import zipfile

import numpy as np
from PIL import Image

from fashion_models import drawn

CDN = 'https://127.0.0.1/files/'
DRESS = 'Apparel & Accessories > Clothing > Dresses'
VIEWS = (
    ('gowns', 'front'),
    ('gowns', 'back'),
    ('t-shirts', 'front'),
    ('t-shirts', 'angled'),
    ('straight jeans', 'front'),
    ('chelsea boots', 'front'),
)


@dataclasses.dataclass(frozen=True)
class Reader:
    """What reads a kind of file.

    Attributes:
        name: Of the kind.
        folder: Of a sample; each try spoils a copy of it.
        targets: The files in it to spoil (patterns), and what each is
            (:data:`containers.STRUCTURES`).
        commands: Each the words after ``fashion-models``; ``IN`` stands for the copy, ``OUT`` for
            an empty folder, ``BASE`` for the samples.
    """

    name: str
    folder: pathlib.Path
    targets: dict[str, str]
    commands: tuple[str, ...]


def photographs(size: int = 48) -> list[Image.Image]:
    """A few small pictures."""
    return [drawn.draw(drawn.product(name), view, size) for name, view in VIEWS]


def encoded(image: Image.Image, kind: str = 'JPEG', **options: object) -> bytes:
    """A picture as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def write(folder: pathlib.Path, files: dict[str, bytes | str]) -> pathlib.Path:
    """Writes files, by their paths below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def importers(base: pathlib.Path) -> list[Reader]:
    """Every format of ``catalogue import``, in its exact layout."""
    jpegs = [encoded(image) for image in photographs()]
    found = []

    def add(name, files, targets, *options, source='', reader=None, archive=False, fetch=None):
        reader = reader or name
        folder = write(base / 'importers' / reader, files)
        commands = [
            f'catalogue import {name} IN{source} OUT/c {option}' for option in options or ('',)
        ]
        if fetch:
            commands.append(f'catalogue fetch {name} IN{source} OUT/f --delay 0 --most 2')
        found.append(Reader(reader, folder, targets, tuple(commands)))
        if archive:
            packed = base / 'importers' / f'{reader}-zip'
            packed.mkdir()
            with zipfile.ZipFile(packed / 'a.zip', 'w', zipfile.ZIP_DEFLATED) as file:
                for path, content in files.items():
                    file.writestr(path, content)
            found.append(
                Reader(
                    f'{reader}.zip',
                    packed,
                    {'a.zip': 'zip'},
                    tuple(
                        f'catalogue import {name} IN/a.zip OUT/c {option}'
                        for option in options or ('',)
                    ),
                )
            )

    pictures = dict(zip(('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'), jpegs))
    add(
        'csv',
        pictures
        | {
            'products.csv': (
                'product_id,images,gender,colour,type,category,title,Pattern,group_id\n'
                '1,a.jpg|b.jpg,Women,Red|White,Clothing,Dresses,"Dress, red",Plain,g\n'
                '1,c.jpg,Women,,Clothing,,,,g\n2,D.jpg,Men,Blue,Shoes,Boots,Bóot,Striped,\n'
                f'3,{CDN}a%2Ejpg;{CDN}b.jpg,Men,Blue,Shoes,Boots,Boot,,\n'
            )
        },
        {'products.csv': 'table', 'a.jpg': 'bytes'},
        '',
        '--task pattern=Pattern',
        '--colours lyst16',
        '--encoding base64',
        '--encoding cp1252',
        '--encoding utf-16',
        '--separator ;',
        '--column colour=Pattern',
        '--encoding idna',
        fetch=True,
    )
    add(
        'folder',
        {
            f'{name}/{number}.jpg': content
            for name in ('p1', 'p2')
            for number, content in enumerate(jpegs)
        },
        {'*/*.jpg': 'bytes'},
        '',
        '--link',
        '--folders classes',
        archive=True,
    )
    add(
        'woocommerce',
        pictures
        | {
            'export.csv': (
                'ID,Type,SKU,Name,Published,Description,Categories,Tags,Images,Parent,'
                'Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global\n'
                '44,variable,tee,V-Neck,1,<p>Soft</p>\\n,'
                '"Clothing > Women > Tshirts, Sale",summer,'
                f'"{CDN}a.jpg, {CDN}b.jpg",,Color,"Blue, Green",1,1\n'
                f'76,variation,tee-b,Tee - Blue,1,,,,{CDN}c.jpg,tee,Color,Blue,,1\n'
                f'77,variation,,Tee - Green,1,,,,{CDN}d.jpg,id:44,Color,Green,,1\n'
                f'78,simple,bag,Bag,1,,Bags,,{CDN}d.jpg,,,,,\n'
            )
        },
        {'export.csv': 'table'},
        '',
        '--attribute type=Color',
        '--levels category/type',
        source='/export.csv',
        fetch=True,
    )
    add(
        'shopify',
        pictures
        | {
            'export.csv': (
                'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,'
                'Option1 Name,Option1 Value,'
                'Variant SKU,Image Src,Image Position,Variant Image,'
                'Color (product.metafields.shopify.color-pattern)\n'
                f'dress,Dress,<p>Light</p>,Acme,{DRESS},Maxi,"linen, women",Colour,Red,s1,'
                f'{CDN}a.jpg?v=1,1,'
                f'{CDN}a.jpg?v=1,red; blue\n'
                f'dress,,,,,,,,Blue,s2,{CDN}b.jpg,2,{CDN}b.jpg,\n'
                'hat,Hat,,,,,,Title,Default Title,s3,'
                f'{CDN}c.jpg,1,,green\n'
            )
        },
        {'export.csv': 'table'},
        source='/export.csv',
        fetch=True,
    )
    items = [('1', 'g', 'Red/White', 'a'), ('2', 'g', 'Blue', 'b'), ('3', '', 'Blue', 'c')]
    names = (
        'id',
        'title',
        'description',
        'image_link',
        'additional_image_link',
        'item_group_id',
        'color',
        'gender',
        'google_product_category',
        'product_type',
    )
    rows = [
        (
            id_,
            'Dress',
            'Light & airy',
            f'{CDN}{picture}.jpg',
            f'{CDN}d.jpg',
            group,
            colour,
            'female',
            DRESS if group else '173',
            'Home > Women',
        )
        for id_, group, colour, picture in items
    ]
    add(
        'google-merchant',
        pictures | {'feed.tsv': '\n'.join(map('\t'.join, [names, *rows]))},
        {'feed.tsv': 'table'},
        source='/feed.tsv',
        reader='google-merchant (text)',
        fetch=True,
    )
    escaped = [[text.replace('&', '&amp;').replace('>', '&gt;') for text in row] for row in rows]
    add(
        'google-merchant',
        pictures
        | {
            'feed.xml': (
                '<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">'
                '<channel>'
                '<title>Shop</title>'
                + ''.join(
                    '<item>'
                    + ''.join(f'<g:{name}>{text}</g:{name}>' for name, text in zip(names, row))
                    + '</item>'
                    for row in escaped
                )
                + '</channel></rss>'
            )
        },
        {'feed.xml': 'xml'},
        '',
        '--category-from product_type',
        source='/feed.xml',
        reader='google-merchant (XML)',
        fetch=True,
    )
    add(
        'magento',
        {f'pub/media/catalog/product/h/{name}': content for name, content in pictures.items()}
        | {
            'export.csv': (
                'sku,store_view_code,attribute_set_code,product_type,categories,name,description,base_image,'
                'additional_images,additional_attributes,configurable_variations\n'
                'H-S-R,,Top,simple,Default Category/Men/Tops,Hoodie,,/h/a.jpg,"/h/b.jpg,/h/c.jpg",'
                '"has_options=0,size=S,color=Red",\n'
                'H-M-G,,Top,simple,Default Category/Men/Tops,Hoodie,,/h/D.jpg,,'
                '"size=M,color=Gray|Red",\n'
                'H,,Top,configurable,"Default Category/Men/Tops,Default Category",Hoodie,'
                '<p>Warm</p>,/h/a.jpg,,"material=""Wool, Silk""",'
                '"sku=H-S-R,size=S,color=Red|sku=H-M-G,size=M"\n'
            )
        },
        {'export.csv': 'table'},
        '',
        '--attribute colour=size',
        source='/export.csv',
    )
    add(
        'fashion-product-images',
        {f'images/{number}.jpg': content for number, content in enumerate(jpegs[:3], 1)}
        | {
            'styles.csv': (
                'id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName\n'
                '1,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle, Check "Shirt"\n'
                '2,Women,Apparel,Bottomwear,Jeans,NA,Summer,2012,Casual,Jeans\n'
                '3,Men,Footwear,Shoes,Casual Shoes,Black,Summer,2012,Casual,Shoe\n'
            )
        },
        {'styles.csv': 'table'},
        archive=True,
    )
    add(
        'abo',
        {
            'listings/metadata/listings_0.json.gz': gzip.compress(
                '\n'.join(
                    json.dumps(record)
                    for record in [
                        {
                            'item_id': 'B01',
                            'domain_name': 'amazon.com',
                            'product_type': [{'value': 'SHOES'}],
                            'main_image_id': 'm1',
                            'other_image_id': ['o1'],
                            'item_name': [{'language_tag': 'en_US', 'value': 'Pump'}],
                            'color': [
                                {
                                    'language_tag': 'en_US',
                                    'value': 'Toffee',
                                    'standardized_values': ['Brown'],
                                }
                            ],
                            'node': [{'node_id': 1, 'node_name': '/Categories/Women/Shoes'}],
                            'item_keywords': [{'language_tag': 'en_US', 'value': 'heel'}],
                        }
                    ]
                ).encode()
            ),
            'listings/metadata/listings_1.json': json.dumps(
                {
                    'item_id': 'B02',
                    'domain_name': 'amazon.in',
                    'product_type': [{'value': 'BOOT'}],
                    'main_image_id': 'o1',
                    'other_image_id': [],
                    'item_name': [{'language_tag': 'de_DE', 'value': 'Stiefel'}],
                    'brand': [{'value': 'Acme'}],
                    'bullet_point': [{'language_tag': 'en_IN', 'value': 'Leather'}],
                }
            )
            + '\n',
            'images/metadata/images.csv': 'image_id,height,width,path\n'
            'm1,60,80,m/m1.jpg\no1,60,80,o/o1.jpg\n',
            'images/small/m/m1.jpg': jpegs[0],
            'images/small/o/o1.jpg': jpegs[1],
        },
        {
            'listings/metadata/*.gz': 'bytes',
            'listings/metadata/*.json': 'jsonl',
            'images/metadata/images.csv': 'table',
        },
    )
    add(
        'ut-zappos50k',
        {
            'ut-zap50k-images/Shoes/Oxfords/Bostonian/100627.255.jpg': jpegs[0],
            'ut-zap50k-images/Boots/Ankle/Nina/8000.1.jpg': jpegs[1],
            'ut-zap50k-data/meta-data.csv': (
                'CID,Category,SubCategory,HeelHeight,Insole,Closure,Gender,Material,ToeStyle\n'
                '100627-255,Shoes,Oxfords,,,Lace up,Men,Leather,Capped Toe;Round Toe\n'
                '8000-1,Boots,Ankle,1in,Orthotic,"Lace up, Zip",Women;Men,Suede,NA\n'
            ),
        },
        {'ut-zap50k-data/meta-data.csv': 'table'},
        archive=True,
    )
    shots = ['WOMEN/Dresses/id_00000002/02_1_front', 'MEN/Denim/id_00000080/01_7_additional']
    add(
        'deepfashion-inshop',
        {f'img/{name}.jpg': content for name, content in zip(shots, jpegs)}
        | {
            'Eval/list_eval_partition.txt': '2\nimage_name item_id evaluation_status\n'
            + ''.join(f'img/{name}.jpg   {name.split("/")[2]} train  \n' for name in shots),
            'Anno/list_bbox_inshop.txt': '2\nimage_name clothes_type pose_type x_1 y_1 x_2 y_2\n'
            + ''.join(f'img/{name}.jpg  3 1 065 045 233 252\n' for name in shots),
            'Anno/attributes/list_color_cloth.txt': '2\nimage_name clothes_color\n'
            + ''.join(f'img/{name}.jpg   Light grey \n' for name in shots),
            'Anno/list_description_inshop.json': json.dumps(
                [{'item': 'id_00000002', 'color': 'Black', 'description': ['Dress. ', 'Unlined']}]
            ),
        },
        {'*/*.txt': 'table', 'Anno/attributes/*.txt': 'table', 'Anno/*.json': 'json'},
        archive=True,
    )
    views = [('2595650-p-4x', 7, 0), ('2595650-1-4x', 7, 1), ('300-p-4x', 3, 0)]
    add(
        'mvc',
        {f'images/{name}.jpg': content for (name, *_), content in zip(views, jpegs)}
        | {
            'mvc_info.json': json.dumps(
                [
                    {
                        'productId': 100,
                        'styleId': 9,
                        'colourId': colour,
                        'viewId': view,
                        'productGender': '"Womens"',
                        'category': '"Shirts"',
                        'subCategory2': '"Blouses"',
                        'productName': '"Blouse"',
                        'price': 49.0,
                        'image_url_4x': f'http://shop.example/{name}.jpg',
                    }
                    for name, colour, view in views
                ]
            ),
            'image_links.json': json.dumps(
                [{'image_url_4x': f'http://shop.example/{name}.jpg'} for name, *_ in views]
            ),
            'attribute_labels.json': json.dumps(
                [
                    {'filename': name, 'itemN': '1', 'longSleeve': 1, 'Red': '1'}
                    for name, *_ in views
                ]
            ),
        },
        {'*.json': 'json'},
        archive=True,
    )
    folder = base / 'importers' / 'fashion-gen'
    folder.mkdir(parents=True)
    _fashion_gen(folder / 'fashiongen_256_256_train.h5')
    found.append(
        Reader(
            'fashion-gen',
            folder,
            {'*.h5': 'hdf5'},
            (
                'catalogue import fashion-gen IN OUT/c',
                'catalogue import fashion-gen IN OUT/c --colours lyst16',
            ),
        )
    )
    return found


def _fashion_gen(path):
    import h5py

    columns = {
        'name': ['Black Gown', 'Black Gown', 'Tee'],
        'gender': ['Women', 'Women', 'Men'],
        'department': ['CLOTHING'] * 3,
        'category': ['DRESSES', 'DRESSES', 'TOPS'],
        'subcategory': ['LONG', 'LONG', 'T'],
        'pose': ['id_gridfs_1', 'id_gridfs_2', 'id_gridfs_1'],
        'description': ['Long <br>gown'] * 3,
        'brand': ['B'] * 3,
        'season': ['SS2017'] * 3,
    }
    with h5py.File(path, 'w') as file:
        for name, values in columns.items():
            file[f'input_{name}'] = np.array([value.encode() for value in values]).reshape(-1, 1)
        file['input_productID'] = np.array([[1], [1], [2]])
        file.create_dataset(
            'input_image',
            data=np.stack([np.asarray(image.resize((24, 24))) for image in photographs()[:3]]),
            chunks=(1, 24, 24, 3),
        )


def pictures(base: pathlib.Path) -> Reader:
    """Pictures of every format."""
    folder = base / 'pictures'
    folder.mkdir()
    image = photographs()[0]
    kinds = {
        'jpg': ('JPEG', {}),
        'png': ('PNG', {}),
        'gif': ('GIF', {}),
        'bmp': ('BMP', {}),
        'tif': ('TIFF', {}),
        'lzw.tif': ('TIFF', {'compression': 'tiff_lzw'}),
        'webp': ('WEBP', {}),
        'jp2': ('JPEG2000', {}),
        'avif': ('AVIF', {}),
        'heic': ('HEIF', {}),
    }
    for ending, (kind, options) in kinds.items():
        if kind in Image.SAVE:
            (folder / f'a.{ending}').write_bytes(encoded(image, kind, **options))
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    profile = profile.replace('sRGB'.encode('utf-16-be'), 'ours'.encode('utf-16-be'))
    (folder / 'icc.jpg').write_bytes(encoded(image, icc_profile=profile))
    (folder / 'a.png.webp').write_bytes(encoded(image, 'PNG', icc_profile=profile))
    (folder / 'grey.png').write_bytes(
        encoded(Image.fromarray(np.arange(48 * 48, dtype=np.uint16).reshape(48, 48) * 20), 'PNG')
    )
    (folder / 'cmyk.jpg').write_bytes(encoded(image.convert('CMYK')))
    (folder / 'palette.png').write_bytes(encoded(image.convert('P'), 'PNG', transparency=3))
    frames = [image, image.rotate(90)]
    (folder / 'moving.gif').write_bytes(
        encoded(frames[0], 'GIF', save_all=True, append_images=frames[1:])
    )
    (folder / 'moving.webp').write_bytes(
        encoded(frames[0], 'WEBP', save_all=True, append_images=frames[1:])
    )
    exif = Image.Exif()
    exif[274], exif[270] = 6, 'x' * 40
    (folder / 'turned.jpg').write_bytes(encoded(image, exif=exif))
    return Reader(
        'pictures', folder, {'*': 'bytes'}, ('predict BASE/run FILE', 'colour BASE/run FILE')
    )


def copied(base: pathlib.Path, name: str, *files: pathlib.Path) -> pathlib.Path:
    """A folder with copies of files and folders."""
    folder = base / 'copies' / name
    folder.mkdir(parents=True)
    for file in files:
        if file.is_dir():
            shutil.copytree(file, folder / file.name, symlinks=True)
        else:
            shutil.copy(file, folder)
    return folder
