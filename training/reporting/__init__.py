"""Who took part: one query behind screen, CSV, XLSX and ODS."""
