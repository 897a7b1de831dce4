"""Say whether the register works: can it read its cases?"""

import traceback

from app.db import engine
from app.models import Case
from app.release import RELEASE
from sqlalchemy import func, select


def check():
    try:
        with engine.connect() as connection:
            connection.execute(select(Case).order_by(Case.id).limit(1)).all()
            rows = connection.execute(select(func.count()).select_from(Case)).scalar_one()
    except Exception as error:
        traceback.print_exc()
        return 500, {"release": RELEASE, "error": str(error).splitlines()[0]}
    return 200, {"release": RELEASE, "rows": rows}
